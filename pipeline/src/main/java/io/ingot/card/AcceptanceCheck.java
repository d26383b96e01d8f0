package io.ingot.card;

import io.ingot.error.IngotException;
import io.ingot.safetensors.SafetensorsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What every release must pass before it leaves the house: safe names, no pickles, weights that our
 * own readers accept, no secrets in any text.
 */
public final class AcceptanceCheck {
  private static final Set<String> RESERVED =
      Set.of("CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "LPT1", "LPT2", "LPT3");
  private static final long MAX_TEXT = 64L << 20;

  private AcceptanceCheck() {}

  /**
   * Checks all files.
   *
   * @param files on disk by path in the repository
   * @throws IngotException BLOCKED, naming everything that is wrong
   */
  public static void check(Map<String, Path> files) throws IOException {
    List<String> wrong = new ArrayList<>();
    Set<String> folded = new HashSet<>();
    for (Map.Entry<String, Path> entry : files.entrySet()) {
      String path = entry.getKey();
      name(path, wrong);
      if (!folded.add(Normalizer.normalize(path, Normalizer.Form.NFC).toLowerCase(Locale.ROOT))) {
        wrong.add(path + ": another file has the same name but for case");
      }
      content(path, entry.getValue(), wrong);
    }
    if (!wrong.isEmpty()) {
      throw IngotException.blocked("this must not be published:\n  " + String.join("\n  ", wrong));
    }
  }

  private static void name(String path, List<String> wrong) {
    if (path.isEmpty() || path.getBytes(StandardCharsets.UTF_8).length > 1024) {
      wrong.add("'" + path + "': a path of 1 to 1024 bytes is wanted");
      return;
    }
    for (String part : path.split("/", -1)) {
      String stem = part.replaceFirst("\\..*", "").toUpperCase(Locale.ROOT);
      boolean bad =
          part.isEmpty()
              || part.equals(".")
              || part.equals("..")
              || part.startsWith("~")
              || part.endsWith(".")
              || part.endsWith(" ")
              || part.equals(".git")
              || part.equals(".cache")
              || part.getBytes(StandardCharsets.UTF_8).length > 255
              || RESERVED.contains(stem)
              || part.chars().anyMatch(AcceptanceCheck::forbidden);
      if (bad) {
        wrong.add("'" + path + "' is no safe name of a file");
        return;
      }
    }
  }

  private static boolean forbidden(int c) {
    return c == '\\'
        || c == ':'
        || Character.isISOControl(c)
        || Character.getType(c) == Character.FORMAT
        || Character.getType(c) == Character.SURROGATE;
  }

  private static void content(String path, Path file, List<String> wrong) throws IOException {
    if (!Files.isRegularFile(file)) {
      wrong.add(path + " is gone: " + file);
      return;
    }
    if (path.endsWith(".safetensors")) {
      try (SafetensorsFile opened = SafetensorsFile.open(file)) {
        if (opened.tensors().isEmpty()) {
          wrong.add(path + " holds no tensors");
        }
      } catch (IngotException e) {
        wrong.add(path + ": " + e.getMessage());
      }
    } else if (path.endsWith(".gguf")) {
      if (!new String(head(file), StandardCharsets.ISO_8859_1).startsWith("GGUF")) {
        wrong.add(path + " is no GGUF file");
      }
    } else {
      text(path, file, wrong);
    }
  }

  private static void text(String path, Path file, List<String> wrong) throws IOException {
    byte[] head = head(file);
    if (head.length > 1 && (head[0] == (byte) 0x80 || head[0] == 'P' && head[1] == 'K')) {
      wrong.add(path + " is a pickle or an archive");
      return;
    }
    if (path.endsWith(".model") || Files.size(file) > MAX_TEXT) {
      return;
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString();
      List<String> leaks = vocabulary(path) ? Leaks.secrets(text) : Leaks.find(text);
      leaks.forEach(leak -> wrong.add(path + ": " + leak));
    } catch (CharacterCodingException e) {
      wrong.add(path + " is no text in UTF-8");
    }
  }

  /** Vocabularies, prompt templates and licenses: a path in them is somebody's text. */
  private static boolean vocabulary(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return Set.of(
                "tokenizer.json",
                "tokenizer_config.json",
                "chat_template.jinja",
                "chat_template.json",
                "vocab.json",
                "vocab.txt",
                "merges.txt",
                "added_tokens.json")
            .contains(name)
        || name.startsWith("LICENSE")
        || path.startsWith("LICENSES/")
        || name.startsWith("USE_POLICY");
  }

  private static byte[] head(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(4);
    }
  }
}

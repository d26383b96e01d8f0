package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The merges of a BPE, each as two tokens with a space between them. */
final class Merges {
  private Merges() {}

  static List<String> read(Path folder) {
    List<String> merges = new ArrayList<>();
    JsonFile.find(folder.resolve("tokenizer.json"))
        .map(json -> json.path("model").path("merges"))
        .ifPresent(list -> list.forEach(merge -> merges.add(text(folder, merge))));
    return merges.isEmpty() ? fromText(folder.resolve("merges.txt")) : merges;
  }

  private static String text(Path folder, JsonNode merge) {
    if (merge.isTextual()) {
      return merge.asText();
    }
    if (merge.size() == 2) {
      // A space inside of a token is written as in the byte-level alphabet.
      return merge.get(0).asText().replace(' ', 'Ġ')
          + " "
          + merge.get(1).asText().replace(' ', 'Ġ');
    }
    throw IngotException.invalid(
        folder.resolve("tokenizer.json") + ": a merge is neither a text nor a pair: " + merge);
  }

  private static List<String> fromText(Path file) {
    List<String> merges = new ArrayList<>();
    if (Files.isRegularFile(file)) {
      try {
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
          String line = lines.get(i).strip();
          String[] parts = line.split("\\s+");
          if (!(i == 0 && line.startsWith("#")) && parts.length == 2) {
            merges.add(parts[0] + " " + parts[1]);
          }
        }
      } catch (IOException e) {
        throw IngotException.invalid(file + ": cannot be read: " + e.getMessage());
      }
    }
    return merges;
  }
}

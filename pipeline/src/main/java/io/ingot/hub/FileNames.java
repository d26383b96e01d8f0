package io.ingot.hub;

import io.ingot.error.IngotException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names of repository files are hostile until proven otherwise: they are checked before they touch
 * the disk of any operating system.
 */
public final class FileNames {
  private static final Pattern RESERVED =
      Pattern.compile(
          "(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\\$|conout\\$)(?:\\..*)?",
          Pattern.CASE_INSENSITIVE);
  private static final int MAX_PART_BYTES = 255;
  private static final int MAX_PATH_BYTES = 1024;

  private FileNames() {}

  /** Why this is no acceptable path of a repository file; empty when it is one. */
  public static Optional<String> objection(String path) {
    if (path.isEmpty()) {
      return Optional.of("is empty");
    }
    if (path.getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
      return Optional.of("is longer than " + MAX_PATH_BYTES + " bytes");
    }
    if (path.startsWith("/") || path.startsWith("~")) {
      return Optional.of("is not relative");
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '\\' || c == ':') {
        return Optional.of("holds '" + c + "'");
      }
      if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || isBidirectional(c)) {
        return Optional.of(
            String.format(Locale.ROOT, "holds the control character U+%04X", (int) c));
      }
      if (Character.isSurrogate(c)) {
        boolean paired =
            Character.isHighSurrogate(c)
                && i + 1 < path.length()
                && Character.isLowSurrogate(path.charAt(i + 1));
        if (!paired) {
          return Optional.of("is not valid Unicode");
        }
        i++;
      }
    }
    for (String part : path.split("/", -1)) {
      Optional<String> objection = partObjection(part);
      if (objection.isPresent()) {
        return objection;
      }
    }
    return Optional.empty();
  }

  /**
   * Checks every path, and that no two of them are one file on a disk that folds case or normalizes
   * Unicode.
   *
   * @throws IngotException INVALID, naming the path
   */
  public static void check(Collection<String> paths, String where) {
    Map<String, String> seen = new HashMap<>();
    for (String path : paths) {
      Optional<String> objection = objection(path);
      if (objection.isPresent()) {
        throw IngotException.invalid(
            where
                + " lists a file '"
                + printable(path)
                + "' whose name "
                + objection.get()
                + "; nothing was written. Do not trust this repository");
      }
      String folded = Normalizer.normalize(path, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
      String other = seen.putIfAbsent(folded, path);
      if (other != null) {
        throw IngotException.invalid(
            where
                + " lists '"
                + printable(other)
                + "' and '"
                + printable(path)
                + "', which are one file on some disks; nothing was written");
      }
    }
  }

  /**
   * The place of a checked path below a folder.
   *
   * @throws IngotException INVALID when it would leave the folder
   */
  public static Path below(Path folder, String path) {
    Optional<String> objection = objection(path);
    if (objection.isPresent()) {
      throw IngotException.invalid(
          "the file name '" + printable(path) + "' " + objection.get() + "; it is refused");
    }
    Path resolved = folder.resolve(path).normalize();
    if (!resolved.startsWith(folder.normalize())) {
      throw IngotException.invalid("the file name '" + printable(path) + "' leaves its folder");
    }
    return resolved;
  }

  private static Optional<String> partObjection(String part) {
    if (part.isEmpty()) {
      return Optional.of("has an empty part");
    }
    if (part.equals(".") || part.equals("..")) {
      return Optional.of("has a part '" + part + "'");
    }
    if (part.endsWith(".") || part.endsWith(" ")) {
      return Optional.of("has a part that ends with a dot or a space");
    }
    if (part.equalsIgnoreCase(".git") || part.equalsIgnoreCase(".cache")) {
      return Optional.of("has a part '" + part + "'");
    }
    if (part.getBytes(StandardCharsets.UTF_8).length > MAX_PART_BYTES) {
      return Optional.of("has a part longer than " + MAX_PART_BYTES + " bytes");
    }
    if (RESERVED.matcher(part).matches()) {
      return Optional.of("has the reserved part '" + part + "'");
    }
    return Optional.empty();
  }

  private static boolean isBidirectional(char c) {
    return c == 0x061c
        || c == 0x200e
        || c == 0x200f
        || (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069);
  }

  private static String printable(String path) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(path.length(), 200); i++) {
      char c = path.charAt(i);
      text.append(
          c < 0x20 || c == 0x7f || isBidirectional(c)
              ? String.format(Locale.ROOT, "\\u%04x", (int) c)
              : String.valueOf(c));
    }
    return text.toString();
  }
}

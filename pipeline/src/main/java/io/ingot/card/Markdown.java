package io.ingot.card;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Markdown from values that may hold anything: nothing of them is taken as markup. */
final class Markdown {
  private static final int MAX_CELL = 300;

  private Markdown() {}

  /** Text within a line. */
  static String text(String value) {
    String plain = value.replaceAll("[\\p{Cc}\\p{Cf}\\s]+", " ").strip();
    String cut = plain.length() > MAX_CELL ? plain.substring(0, MAX_CELL) + "…" : plain;
    return cut.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replaceAll("([\\\\`*\\[\\]|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))", "\\\\$1");
  }

  /** A name, in code letters. */
  static String code(String value) {
    String plain = value.replaceAll("[\\p{Cc}\\p{Cf}\\s]+", " ").replace("`", "'").strip();
    return "`" + plain.replace("|", "\\|") + "`";
  }

  /** What a person wrote for the card: their Markdown, without HTML and invisible characters. */
  static String prose(String value) {
    return value
        .replaceAll("[\\p{Cf}\\p{Cc}&&[^\\n]]", "")
        .replaceAll("<(?=[A-Za-z/!?])", "&lt;")
        .strip();
  }

  /** A block of code; the fence is longer than any within. */
  static String fence(String language, String code) {
    String fence = "```";
    while (code.contains(fence)) {
      fence += "`";
    }
    return fence + language + "\n" + code.stripTrailing() + "\n" + fence + "\n";
  }

  /** A table; cells are Markdown already. */
  static String table(List<String> head, List<List<String>> rows) {
    StringBuilder table = new StringBuilder(row(head));
    table.append(row(head.stream().map(cell -> "---").toList()));
    rows.forEach(cells -> table.append(row(cells)));
    return table.toString();
  }

  private static String row(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  /** Bytes as people read them. */
  static String size(long bytes) {
    String[] units = {"B", "KB", "MB", "GB", "TB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.2f %s", value, units[unit]);
  }

  /** A count with separators. */
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}

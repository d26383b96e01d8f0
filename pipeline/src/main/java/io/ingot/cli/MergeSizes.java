package io.ingot.cli;

import java.util.Locale;

/** Numbers of a merge for people. */
final class MergeSizes {
  private MergeSizes() {}

  /** Decimal units, e.g. {@code 16.1 GB}. */
  static String bytes(long bytes) {
    String[] units = {"B", "KB", "MB", "GB", "TB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }

  /** E.g. {@code 8.03 B} or {@code 3.7 M}. */
  static String parameters(long parameters) {
    return parameters >= 1_000_000_000
        ? String.format(Locale.ROOT, "%.2f B", parameters / 1e9)
        : parameters >= 100_000
            ? String.format(Locale.ROOT, "%.1f M", parameters / 1e6)
            : Long.toString(parameters);
  }

  /** A number with its noun, e.g. {@code 1 file} or {@code 4 files}. */
  static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}

package io.ingot.merge;

import java.util.Locale;

/** Numbers of bytes for people. */
final class Sizes {
  private Sizes() {}

  /** Three digits and a decimal unit, e.g. {@code 16.1 GB}. */
  static String text(long bytes) {
    String[] units = {"bytes", "KB", "MB", "GB", "TB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }
}

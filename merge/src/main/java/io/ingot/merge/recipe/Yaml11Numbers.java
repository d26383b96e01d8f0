package io.ingot.merge.recipe;

import java.util.Locale;
import java.util.OptionalDouble;

/** Numbers as YAML 1.1 writes them, and as Python reads them from text. */
final class Yaml11Numbers {
  private Yaml11Numbers() {}

  /** An integer: decimal, octal with a leading 0, 0x, 0b, underscores, or base 60. */
  static OptionalDouble integer(String text) {
    String digits = text.replace("_", "");
    boolean negative = digits.startsWith("-");
    if (negative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    try {
      long value;
      if (digits.startsWith("0x")) {
        value = Long.parseLong(digits.substring(2), 16);
      } else if (digits.startsWith("0b")) {
        value = Long.parseLong(digits.substring(2), 2);
      } else if (digits.contains(":")) {
        value = 0;
        for (String part : digits.split(":")) {
          value = value * 60 + Long.parseLong(part);
        }
      } else if (digits.length() > 1 && digits.startsWith("0")) {
        value = Long.parseLong(digits, 8);
      } else {
        value = Long.parseLong(digits);
      }
      return OptionalDouble.of(negative ? -value : value);
    } catch (NumberFormatException e) {
      return real(text);
    }
  }

  /** A decimal number, {@code .inf} or {@code nan}; empty for other text. */
  static OptionalDouble real(String text) {
    String plain = text.replace("_", "").toLowerCase(Locale.ROOT);
    switch (plain) {
      case ".inf", "+.inf", "inf" -> {
        return OptionalDouble.of(Double.POSITIVE_INFINITY);
      }
      case "-.inf", "-inf" -> {
        return OptionalDouble.of(Double.NEGATIVE_INFINITY);
      }
      case ".nan", "nan" -> {
        return OptionalDouble.of(Double.NaN);
      }
      default -> {
        if (!plain.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)(e[-+]?\\d+)?")) {
          return OptionalDouble.empty();
        }
        return OptionalDouble.of(Double.parseDouble(plain));
      }
    }
  }
}

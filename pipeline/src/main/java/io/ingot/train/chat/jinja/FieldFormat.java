package io.ingot.train.chat.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** How one value is laid out: number types, precision, sign, width. Shared by both formatters. */
final class FieldFormat {
  private static final int WIDEST = 10_000;

  private FieldFormat() {}

  /**
   * A number or text in a conversion of Python's.
   *
   * @param precision -1 where none is given
   */
  static String convert(char type, Object value, int precision) {
    if (precision > WIDEST) {
      throw TemplateException.limit("a precision is larger than " + WIDEST);
    }
    return switch (type) {
      case 'd', 'i', 'u' -> whole(value);
      case 'x' -> Numbers.big(value).toString(16);
      case 'X' -> Numbers.big(value).toString(16).toUpperCase(Locale.ROOT);
      case 'o' -> Numbers.big(value).toString(8);
      case 'b' -> Numbers.big(value).toString(2);
      case 'c' ->
          Values.isString(value)
              ? value.toString()
              : Character.toString((int) Numbers.index(value));
      case 'f', 'F' -> fixed(Numbers.toDouble(value), precision < 0 ? 6 : precision);
      case 'e', 'E' -> scientific(Numbers.toDouble(value), precision < 0 ? 6 : precision, type);
      case 'g', 'G' -> general(Numbers.toDouble(value), precision < 0 ? 6 : precision, type);
      case '%' -> fixed(Numbers.toDouble(value) * 100, precision < 0 ? 6 : precision) + "%";
      case 'r', 'a' -> cut(Repr.of(value), precision);
      default -> cut(Values.string(value), precision);
    };
  }

  private static String whole(Object value) {
    if (value instanceof Double d) {
      return new BigDecimal(d).setScale(0, RoundingMode.DOWN).toPlainString();
    }
    if (!Numbers.is(value)) {
      throw TemplateException.type(
          "%d format: a real number is required, not " + Values.typeName(value));
    }
    return Numbers.big(value).toString();
  }

  static String fixed(double value, int digits) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Repr.number(value);
    }
    String text = new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    return 1 / value < 0 && !text.startsWith("-") ? "-" + text : text;
  }

  private static String scientific(double value, int digits, char type) {
    return String.format(Locale.ROOT, "%." + digits + type, value);
  }

  private static String general(double value, int precision, char type) {
    int digits = Math.max(1, precision);
    if (value == 0) {
      return "0";
    }
    BigDecimal rounded =
        new BigDecimal(value)
            .round(new java.math.MathContext(digits, RoundingMode.HALF_EVEN))
            .stripTrailingZeros();
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent >= -4 && exponent < digits) {
      return rounded.toPlainString();
    }
    String text = scientific(value, Math.max(0, rounded.precision() - 1), 'e');
    return type == 'G' ? text.toUpperCase(Locale.ROOT) : text;
  }

  private static String cut(String text, int precision) {
    return precision < 0 || precision >= Text.length(text)
        ? text
        : text.substring(0, text.offsetByCodePoints(0, precision));
  }

  /** Fills up to a width; {@code =} puts the filling behind the sign. */
  static String align(String text, String fill, char how, int width) {
    if (width > WIDEST) {
      throw TemplateException.limit("a width is larger than " + WIDEST);
    }
    int missing = width - Text.length(text);
    if (missing <= 0) {
      return text;
    }
    return switch (how) {
      case '<' -> text + fill.repeat(missing);
      case '^' -> fill.repeat(missing / 2) + text + fill.repeat(missing - missing / 2);
      case '=' -> {
        boolean signed = text.startsWith("-") || text.startsWith("+") || text.startsWith(" ");
        yield signed
            ? text.charAt(0) + fill.repeat(missing) + text.substring(1)
            : fill.repeat(missing) + text;
      }
      default -> fill.repeat(missing) + text;
    };
  }
}

package io.ingot.train.chat.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;

/** Filters that yield numbers. */
final class NumberFilters {
  private NumberFilters() {}

  static void register(Map<String, Filter> filters) {
    filters.put("abs", (v, a) -> abs(v));
    filters.put("int", NumberFilters::toInt);
    filters.put("float", NumberFilters::toFloat);
    filters.put("round", NumberFilters::round);
    filters.put("sum", NumberFilters::sum);
    filters.put("filesizeformat", NumberFilters::fileSize);
  }

  private static Object abs(Object value) {
    if (value instanceof Double d) {
      return Math.abs(d);
    }
    if (!Numbers.isInteger(value)) {
      throw TemplateException.type("bad operand type for abs(): '" + Values.typeName(value) + "'");
    }
    return Numbers.narrow(Numbers.big(value).abs());
  }

  private static Object toInt(Object value, Arguments a) {
    a.accept("int", "default", "base");
    Object otherwise = a.get(0, "default", 0L);
    if (value instanceof Undefined u) {
      throw u.error();
    }
    try {
      if (Values.isString(value)) {
        return text(value.toString().strip(), (int) a.integer(1, "base", 10), otherwise);
      }
      if (value instanceof Double d) {
        return Double.isFinite(d) ? Numbers.narrow(new BigDecimal(d).toBigInteger()) : otherwise;
      }
      return Numbers.isInteger(value) ? Numbers.narrow(Numbers.big(value)) : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Object text(String text, int base, Object otherwise) {
    String digits = text.replace("_", "").toLowerCase(Locale.ROOT);
    boolean negative = digits.startsWith("-");
    String bare = negative || digits.startsWith("+") ? digits.substring(1) : digits;
    if (bare.length() > 5000) {
      return otherwise;
    }
    int radix = base;
    String prefix = bare.length() > 2 ? bare.substring(0, 2) : "";
    int prefixed =
        switch (prefix) {
          case "0x" -> 16;
          case "0o" -> 8;
          case "0b" -> 2;
          default -> 0;
        };
    if (prefixed > 0 && (base == 0 || base == prefixed)) {
      bare = bare.substring(2);
      radix = prefixed;
    }
    try {
      BigInteger value = new BigInteger(bare, radix == 0 ? 10 : radix);
      return Numbers.narrow(negative ? value.negate() : value);
    } catch (NumberFormatException e) {
      double number = Double.parseDouble(digits);
      return Double.isFinite(number)
          ? Numbers.narrow(new BigDecimal(number).toBigInteger())
          : otherwise;
    }
  }

  private static Object toFloat(Object value, Arguments a) {
    Object otherwise = a.accept("float", "default").get(0, "default", 0.0);
    if (value instanceof Undefined u) {
      throw u.error();
    }
    if (Numbers.is(value)) {
      return Numbers.toDouble(value);
    }
    if (!Values.isString(value)) {
      return otherwise;
    }
    String text = value.toString().strip().toLowerCase(Locale.ROOT);
    try {
      return switch (text) {
        case "inf", "+inf", "infinity" -> Double.POSITIVE_INFINITY;
        case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
        case "nan" -> Double.NaN;
        default ->
            text.matches("[-+]?[0-9_.]+(e[-+]?[0-9_]+)?")
                ? (Object) Double.parseDouble(text.replace("_", ""))
                : otherwise;
      };
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Object round(Object value, Arguments a) {
    a.accept("round", "precision", "method");
    int precision = (int) Math.clamp(a.integer(0, "precision", 0), -300, 300);
    RoundingMode mode =
        switch (a.string(1, "method", "common")) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw TemplateException.type("method must be common, ceil or floor");
        };
    if (Numbers.isInteger(value) && mode == RoundingMode.HALF_EVEN && precision >= 0) {
      return Numbers.narrow(Numbers.big(value));
    }
    double number = Numbers.toDouble(value);
    return Double.isFinite(number)
        ? (Object) new BigDecimal(number).setScale(precision, mode).doubleValue()
        : number;
  }

  private static Object sum(Object value, Arguments a) {
    a.accept("sum", "attribute", "start");
    Path path = Path.of(a.get(0, "attribute", None.NONE), None.NONE);
    Object total = a.get(1, "start", 0L);
    for (Object item : Values.iterate(value)) {
      total = Operators.apply("+", total, path.get(item));
    }
    return total;
  }

  private static Object fileSize(Object value, Arguments a) {
    boolean binary = a.truth(0, "binary", false);
    double bytes = Numbers.toDouble(value);
    double base = binary ? 1024 : 1000;
    if (bytes == 1) {
      return "1 Byte";
    }
    if (bytes < base) {
      return (long) bytes + " Bytes";
    }
    String[] units = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
    double unit = base;
    int i = 0;
    while (i < units.length - 1 && bytes >= unit * base) {
      unit *= base;
      i++;
    }
    String name = binary ? units[i].toUpperCase(Locale.ROOT) + "iB" : units[i] + "B";
    return FieldFormat.fixed(bytes / unit, 1) + " " + name;
  }
}

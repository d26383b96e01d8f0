package io.ingot.train.chat.jinja;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Python's {@code repr}: how values look inside of lists and dicts. */
final class Repr {
  private Repr() {}

  static String of(Object value) {
    return switch (value) {
      case String s -> quoted(s);
      case Markup m -> "Markup(" + quoted(m.text()) + ")";
      case None ignored -> "None";
      case Boolean b -> b ? "True" : "False";
      case Double d -> number(d);
      case Range r -> r.describe();
      case List<?> l -> l.stream().map(Repr::of).collect(Collectors.joining(", ", "[", "]"));
      case Tuple t ->
          t.items().size() == 1
              ? "(" + of(t.items().getFirst()) + ",)"
              : t.items().stream().map(Repr::of).collect(Collectors.joining(", ", "(", ")"));
      case Map<?, ?> m ->
          m.entrySet().stream()
              .map(e -> of(e.getKey()) + ": " + of(e.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case Undefined ignored -> "Undefined";
      case Namespace n -> "<Namespace " + of(n.fields()) + ">";
      case Lazy ignored -> "<generator object>";
      case Function ignored -> "<function>";
      default -> value.toString();
    };
  }

  /** Shortest digits that read back the same, in Python's layout. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
    String digits = exact.unscaledValue().toString();
    int exponent = digits.length() - exact.scale() - 1;
    String sign = value < 0 ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      String power = Integer.toString(Math.abs(exponent));
      return sign
          + digits.charAt(0)
          + fraction
          + "e"
          + (exponent < 0 ? "-" : "+")
          + (power.length() < 2 ? "0" + power : power);
    }
    String plain = exact.toPlainString();
    return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
  }

  private static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder out = new StringBuilder().append(quote);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                  if (c == quote) {
                    out.append('\\').append(quote);
                  } else if (printable(c)) {
                    out.appendCodePoint(c);
                  } else if (c < 0x100) {
                    out.append(String.format("\\x%02x", c));
                  } else if (c < 0x10000) {
                    out.append(String.format("\\u%04x", c));
                  } else {
                    out.append(String.format("\\U%08x", c));
                  }
                }
              }
            });
    return out.append(quote).toString();
  }

  private static boolean printable(int c) {
    if (c == ' ') {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }
}

package io.ingot.train.chat.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code json.dumps}, as transformers' {@code tojson} calls it: no HTML escaping.
 *
 * @param indent text of one level, or null for one line
 */
record JsonText(
    boolean ascii,
    @Nullable String indent,
    String itemSeparator,
    String keySeparator,
    boolean sorted) {
  private static final int DEEPEST = 500;

  String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(out, value, 0);
    return out.toString();
  }

  private void write(StringBuilder out, Object value, int level) {
    if (level > DEEPEST || out.length() > Template.MOST_OUTPUT) {
      throw TemplateException.limit("a value is too large for tojson");
    }
    switch (value) {
      case String s -> string(out, s);
      case Markup m -> string(out, m.text());
      case None ignored -> out.append("null");
      case Boolean b -> out.append(b ? "true" : "false");
      case Long l -> out.append(l.longValue());
      case BigInteger b -> out.append(b);
      case Double d -> out.append(number(d));
      case Range ignored -> throw notSerializable(value);
      case List<?> l -> list(out, l, level);
      case Tuple t -> list(out, t.items(), level);
      case Map<?, ?> m -> map(out, m, level);
      default -> throw notSerializable(value);
    }
  }

  private static TemplateException notSerializable(Object value) {
    return TemplateException.type(
        "Object of type " + Values.typeName(value) + " is not JSON serializable");
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    return Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : Repr.number(value);
  }

  private void list(StringBuilder out, List<?> items, int level) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    boolean first = true;
    for (Object item : items) {
      separate(out, first, level + 1);
      first = false;
      write(out, item, level + 1);
    }
    newLine(out, level);
    out.append(']');
  }

  private void map(StringBuilder out, Map<?, ?> map, int level) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    Map<?, ?> entries = map;
    if (sorted) {
      Map<Object, Object> ordered = new TreeMap<>((a, b) -> Values.compare(a, b, "<"));
      ordered.putAll(map);
      entries = ordered;
    }
    out.append('{');
    boolean first = true;
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      separate(out, first, level + 1);
      first = false;
      string(out, key(entry.getKey()));
      out.append(keySeparator);
      write(out, entry.getValue(), level + 1);
    }
    newLine(out, level);
    out.append('}');
  }

  private static String key(Object key) {
    return switch (key) {
      case String s -> s;
      case Boolean b -> b ? "true" : "false";
      case None ignored -> "null";
      case Long l -> l.toString();
      case Double d -> number(d);
      default ->
          throw TemplateException.type(
              "keys must be str, int, float, bool or None, not " + Values.typeName(key));
    };
  }

  private void separate(StringBuilder out, boolean first, int level) {
    if (!first) {
      out.append(itemSeparator);
    }
    newLine(out, level);
  }

  private void newLine(StringBuilder out, int level) {
    if (indent != null) {
      out.append('\n').append(indent.repeat(level));
    }
  }

  private void string(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || (ascii && c > 0x7e)) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}

package io.ingot.train.chat.jinja;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Python does with any value. The closed set of values: String, Markup, Long, BigInteger,
 * Double, Boolean, None, Undefined, List, Range, Tuple, Map, Namespace, Lazy, Function.
 */
final class Values {
  private Values() {}

  /** A JSON value as a template sees it. */
  static Object of(JsonNode json) {
    return switch (json.getNodeType()) {
      case STRING -> json.textValue();
      case BOOLEAN -> json.booleanValue();
      case NUMBER ->
          json.isIntegralNumber()
              ? Numbers.narrow(json.bigIntegerValue())
              : (Object) json.doubleValue();
      case ARRAY -> {
        List<Object> list = new ArrayList<>(json.size());
        json.forEach(item -> list.add(of(item)));
        yield list;
      }
      case OBJECT -> {
        Map<Object, Object> map = new LinkedHashMap<>();
        json.properties().forEach(e -> map.put(e.getKey(), of(e.getValue())));
        yield map;
      }
      default -> None.NONE;
    };
  }

  /** Python's {@code str}. */
  static String string(Object value) {
    return switch (value) {
      case String s -> s;
      case Markup m -> m.text();
      case Undefined ignored -> "";
      default -> Repr.of(value);
    };
  }

  static boolean truth(Object value) {
    return switch (value) {
      case Boolean b -> b;
      case String s -> !s.isEmpty();
      case Markup m -> !m.text().isEmpty();
      case None ignored -> false;
      case Undefined ignored -> false;
      case Long l -> l != 0;
      case Double d -> d != 0;
      case BigInteger b -> b.signum() != 0;
      case List<?> l -> !l.isEmpty();
      case Tuple t -> !t.items().isEmpty();
      case Map<?, ?> m -> !m.isEmpty();
      default -> true;
    };
  }

  /** Whether the text type: plain or marked as escaped. */
  static boolean isString(Object value) {
    return value instanceof String || value instanceof Markup;
  }

  static String typeName(Object value) {
    return switch (value) {
      case String ignored -> "str";
      case Markup ignored -> "Markup";
      case Long ignored -> "int";
      case BigInteger ignored -> "int";
      case Double ignored -> "float";
      case Boolean ignored -> "bool";
      case None ignored -> "NoneType";
      case Range ignored -> "range";
      case List<?> ignored -> "list";
      case Tuple ignored -> "tuple";
      case Map<?, ?> ignored -> "dict";
      case Undefined ignored -> "Undefined";
      case Lazy ignored -> "generator";
      case Namespace ignored -> "Namespace";
      case Macro ignored -> "Macro";
      case Function ignored -> "function";
      default -> value.getClass().getSimpleName();
    };
  }

  /** What a loop over the value yields. */
  static List<Object> iterate(Object value) {
    return switch (value) {
      case Tuple t -> t.items();
      case String s -> Text.characters(s);
      case Markup m -> Text.characters(m.text());
      case Lazy lazy -> lazy.take();
      case Undefined u -> {
        if (u.unsafe()) {
          throw u.error();
        }
        yield List.of();
      }
      case List<?> l -> cast(l);
      case Map<?, ?> m -> new ArrayList<>(m.keySet());
      default -> throw TemplateException.type("'" + typeName(value) + "' object is not iterable");
    };
  }

  static boolean isIterable(Object value) {
    return value instanceof List<?>
        || value instanceof Tuple
        || value instanceof Map<?, ?>
        || value instanceof Lazy
        || value instanceof Undefined
        || isString(value);
  }

  static long length(Object value) {
    return switch (value) {
      case String s -> Text.length(s);
      case Markup m -> Text.length(m.text());
      case List<?> l -> l.size();
      case Tuple t -> t.items().size();
      case Map<?, ?> m -> m.size();
      case Undefined u -> iterate(u).size();
      default ->
          throw TemplateException.type("object of type '" + typeName(value) + "' has no len()");
    };
  }

  static boolean equal(Object a, Object b) {
    if (Numbers.is(a) && Numbers.is(b)) {
      return Numbers.compare(a, b) == 0
          && !(a instanceof Double d && d.isNaN())
          && !(b instanceof Double e && e.isNaN());
    }
    if (isString(a) && isString(b)) {
      return a.toString().equals(b.toString());
    }
    if (a instanceof Tuple x && b instanceof Tuple y) {
      return equalItems(x.items(), y.items());
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      return equalItems(x, y);
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.size() == y.size()
          && x.entrySet().stream()
              .allMatch(
                  e -> {
                    Object other = y.get(e.getKey());
                    return other != null && equal(e.getValue(), other);
                  });
    }
    if (a instanceof Undefined && b instanceof Undefined) {
      return true;
    }
    return a == b;
  }

  private static boolean equalItems(List<?> a, List<?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!equal(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Order of two values; fails where Python has none. */
  static int compare(Object a, Object b, String operator) {
    if (a instanceof Undefined u) {
      throw u.error();
    }
    if (b instanceof Undefined u) {
      throw u.error();
    }
    if (Numbers.is(a) && Numbers.is(b)) {
      return Numbers.compare(a, b);
    }
    if (isString(a) && isString(b)) {
      return compareText(a.toString(), b.toString());
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      return compareItems(x, y, operator);
    }
    if (a instanceof Tuple x && b instanceof Tuple y) {
      return compareItems(x.items(), y.items(), operator);
    }
    throw TemplateException.type(
        "'"
            + operator
            + "' not supported between instances of '"
            + typeName(a)
            + "' and '"
            + typeName(b)
            + "'");
  }

  private static int compareItems(List<?> a, List<?> b, String operator) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!equal(a.get(i), b.get(i))) {
        return compare(a.get(i), b.get(i), operator);
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /** By code points, not by UTF-16 units. */
  private static int compareText(String a, String b) {
    int[] x = a.codePoints().toArray();
    int[] y = b.codePoints().toArray();
    return java.util.Arrays.compare(x, y);
  }

  /** Python's {@code in}. */
  static boolean contains(Object container, Object item) {
    return switch (container) {
      case String s -> containsText(s, item);
      case Markup m -> containsText(m.text(), item);
      case Map<?, ?> m -> m.containsKey(key(item));
      case Tuple t -> t.items().stream().anyMatch(i -> equal(i, item));
      case List<?> l -> l.stream().anyMatch(i -> equal(i, item));
      case Lazy lazy -> lazy.take().stream().anyMatch(i -> equal(i, item));
      case Undefined u -> !iterate(u).isEmpty();
      default ->
          throw TemplateException.type(
              "argument of type '" + typeName(container) + "' is not iterable");
    };
  }

  private static boolean containsText(String text, Object item) {
    if (!isString(item)) {
      throw TemplateException.type(
          "'in <string>' requires string as left operand, not " + typeName(item));
    }
    return text.contains(item.toString());
  }

  /** The value as a key of a dict. */
  static Object key(Object value) {
    return switch (value) {
      case Markup m -> m.text();
      case List<?> ignored -> throw TemplateException.type("unhashable type: 'list'");
      case Map<?, ?> ignored -> throw TemplateException.type("unhashable type: 'dict'");
      default -> value;
    };
  }

  @SuppressWarnings("unchecked")
  static List<Object> cast(List<?> list) {
    return (List<Object>) list;
  }

  @SuppressWarnings("unchecked")
  static Map<Object, Object> cast(Map<?, ?> map) {
    return (Map<Object, Object>) map;
  }
}

package io.ingot.train.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code a.b}, {@code a['b']} and slices: methods win in the first form, keys in the second. */
final class Attributes {
  private static final Set<String> LIST_MUTATORS =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
  private static final Set<String> DICT_MUTATORS =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private Attributes() {}

  static Object attribute(Object object, String name) {
    Optional<Object> found = method(object, name);
    if (found.isEmpty() && object instanceof Map<?, ?> map) {
      found = Optional.ofNullable(map.get(name));
    }
    return found.orElseGet(() -> Undefined.missing(object, name));
  }

  static Object item(Object object, Object index) {
    if (object instanceof Undefined u) {
      throw u.error();
    }
    if (object instanceof Map<?, ?> map
        && !(index instanceof List<?>)
        && !(index instanceof Map<?, ?>)) {
      Object value = map.get(Values.key(index));
      if (value != null) {
        return value;
      }
    }
    if (Numbers.isInteger(index) && !(object instanceof Map<?, ?>)) {
      Optional<Object> element = element(object, index);
      if (element.isPresent()) {
        return element.get();
      }
    }
    if (Values.isString(index)) {
      return method(object, index.toString()).orElseGet(() -> Undefined.missing(object, index));
    }
    return Undefined.missing(object, index);
  }

  private static Optional<Object> element(Object object, Object index) {
    if (Values.isString(object)) {
      String text = object.toString();
      long at = wrapped(Numbers.index(index), Text.length(text));
      if (at < 0) {
        return Optional.empty();
      }
      int start = text.offsetByCodePoints(0, (int) at);
      return Optional.of(Operators.like(object, Character.toString(text.codePointAt(start))));
    }
    Optional<List<Object>> items = items(object);
    if (items.isEmpty()) {
      return Optional.empty();
    }
    long at = wrapped(Numbers.index(index), items.get().size());
    return at < 0 ? Optional.empty() : Optional.of(items.get().get((int) at));
  }

  private static long wrapped(long index, int size) {
    long at = index < 0 ? index + size : index;
    return at >= 0 && at < size ? at : -1;
  }

  private static Optional<List<Object>> items(Object object) {
    return switch (object) {
      case Tuple t -> Optional.of(t.items());
      case List<?> l -> Optional.of(Values.cast(l));
      default -> Optional.empty();
    };
  }

  /** {@code object[start:stop:step]}; a bound that is None counts as left out. */
  static Object slice(Object object, Object start, Object stop, Object step) {
    if (object instanceof Undefined u) {
      throw u.error();
    }
    boolean text = Values.isString(object);
    if (!text && items(object).isEmpty()) {
      throw TemplateException.type("'" + Values.typeName(object) + "' object is not subscriptable");
    }
    List<Object> items = text ? Text.characters(object.toString()) : items(object).orElseThrow();
    long by = step == None.NONE ? 1 : Numbers.index(step);
    if (by == 0) {
      throw TemplateException.type("slice step cannot be zero");
    }
    int size = items.size();
    long low = by > 0 ? 0 : -1;
    long high = by > 0 ? size : size - 1;
    long from = bound(start, size, low, high, by > 0 ? low : high);
    long to = bound(stop, size, low, high, by > 0 ? high : low);
    List<Object> result = new ArrayList<>();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      result.add(items.get((int) i));
    }
    if (text) {
      StringBuilder joined = new StringBuilder();
      result.forEach(joined::append);
      return Operators.like(object, joined.toString());
    }
    return object instanceof Tuple ? new Tuple(result) : result;
  }

  private static long bound(Object value, int size, long low, long high, long otherwise) {
    if (value == None.NONE) {
      return otherwise;
    }
    long index = Numbers.index(value);
    return Math.clamp(index < 0 ? index + size : index, low, high);
  }

  private static Optional<Object> method(Object object, String name) {
    if (object instanceof Undefined u) {
      throw u.error();
    }
    if (name.startsWith("_")) {
      boolean exists = name.startsWith("__") && name.endsWith("__");
      return exists ? Optional.of(Undefined.unsafe(object, name)) : Optional.empty();
    }
    return switch (object) {
      case String s -> StringMethods.find(s, name);
      case Markup m -> StringMethods.find(m, name);
      case Map<?, ?> map -> dictMethod(Values.cast(map), name);
      case Range range -> sequenceMethod(range, name);
      case List<?> list when LIST_MUTATORS.contains(name) ->
          Optional.of(Undefined.unsafe(list, name));
      case List<?> list -> sequenceMethod(Values.cast(list), name);
      case Tuple tuple -> sequenceMethod(tuple.items(), name);
      case Namespace namespace -> Optional.ofNullable(namespace.fields().get(name));
      case Loop loop -> loop.attribute(name);
      case Macro macro -> macro.attribute(name);
      case Globals.Cycler cycler -> cycler.attribute(name);
      default -> Optional.empty();
    };
  }

  private static Optional<Object> dictMethod(Map<Object, Object> map, String name) {
    if (DICT_MUTATORS.contains(name)) {
      return Optional.of(Undefined.unsafe(map, name));
    }
    Function method =
        switch (name) {
          case "items" -> a -> pairs(map);
          case "keys" -> a -> new ArrayList<>(map.keySet());
          case "values" -> a -> new ArrayList<>(map.values());
          case "get" ->
              a -> {
                Object value = map.get(Values.key(a.require("get", 0, "key")));
                return value != null ? value : a.get(1, "default", None.NONE);
              };
          case "copy" -> a -> new java.util.LinkedHashMap<>(map);
          default -> null;
        };
    return Optional.ofNullable(method);
  }

  static List<Object> pairs(Map<Object, Object> map) {
    List<Object> pairs = new ArrayList<>(map.size());
    map.forEach((key, value) -> pairs.add(Tuple.of(key, value)));
    return pairs;
  }

  private static Optional<Object> sequenceMethod(List<Object> list, String name) {
    Function method =
        switch (name) {
          case "count" ->
              a -> {
                Object wanted = a.require("count", 0, "value");
                return list.stream().filter(i -> Values.equal(i, wanted)).count();
              };
          case "index" ->
              a -> {
                Object wanted = a.require("index", 0, "value");
                for (int i = 0; i < list.size(); i++) {
                  if (Values.equal(list.get(i), wanted)) {
                    return (long) i;
                  }
                }
                throw TemplateException.type(Repr.of(wanted) + " is not in list");
              };
          case "copy" -> a -> new ArrayList<>(list);
          default -> null;
        };
    return Optional.ofNullable(method);
  }
}

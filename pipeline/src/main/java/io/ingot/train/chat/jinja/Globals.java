package io.ingot.train.chat.jinja;

import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The functions that every template sees. */
final class Globals {
  private Globals() {}

  /** By name; {@code clock} answers {@code strftime_now}. */
  static Map<String, Object> all(Supplier<LocalDateTime> clock) {
    Map<String, Object> globals = new HashMap<>();
    globals.put("range", (Function) Globals::range);
    globals.put("dict", (Function) Globals::dict);
    globals.put("namespace", (Function) a -> new Namespace(fields(a)));
    globals.put("cycler", (Function) a -> new Cycler(a.positional()));
    globals.put("joiner", (Function) Globals::joiner);
    globals.put("raise_exception", (Function) Globals::raise);
    globals.put(
        "strftime_now", (Function) a -> Strftime.format(clock.get(), a.string(0, "format", "")));
    return globals;
  }

  private static Object range(Arguments a) {
    List<Object> bounds = a.positional();
    if (bounds.isEmpty() || bounds.size() > 3) {
      throw TemplateException.type("range expected 1 to 3 arguments, got " + bounds.size());
    }
    long first = Numbers.index(bounds.getFirst());
    return bounds.size() == 1
        ? new Range(0, first, 1)
        : new Range(first, Numbers.index(bounds.get(1)), a.integer(2, "step", 1));
  }

  private static Object dict(Arguments a) {
    return new LinkedHashMap<>(fields(a));
  }

  private static Map<String, Object> fields(Arguments a) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Object value : a.positional()) {
      if (value instanceof Map<?, ?> map) {
        map.forEach((k, v) -> fields.put(Values.string(k), v));
      } else {
        for (Object pair : Values.iterate(value)) {
          List<Object> two = Values.iterate(pair);
          if (two.size() != 2) {
            throw TemplateException.type("dictionary update sequence element has wrong length");
          }
          fields.put(Values.string(two.get(0)), two.get(1));
        }
      }
    }
    fields.putAll(a.named());
    return fields;
  }

  private static Object joiner(Arguments a) {
    String separator = a.string(0, "sep", ", ");
    boolean[] used = {false};
    return (Function)
        ignored -> {
          String result = used[0] ? separator : "";
          used[0] = true;
          return result;
        };
  }

  private static Object raise(Arguments a) {
    throw new TemplateException(TemplateException.Kind.RAISED, a.string(0, "message", ""));
  }

  /** Goes round over its values. */
  static final class Cycler {
    private final List<Object> values;
    private int at;

    Cycler(List<Object> values) {
      if (values.isEmpty()) {
        throw TemplateException.type("at least one item has to be provided");
      }
      this.values = values;
    }

    Optional<Object> attribute(String name) {
      return switch (name) {
        case "current" -> Optional.of(values.get(at));
        case "next" ->
            Optional.of(
                (Function)
                    a -> {
                      Object value = values.get(at);
                      at = (at + 1) % values.size();
                      return value;
                    });
        case "reset" ->
            Optional.of(
                (Function)
                    a -> {
                      at = 0;
                      return None.NONE;
                    });
        default -> Optional.empty();
      };
    }
  }
}

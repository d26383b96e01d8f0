package io.ingot.train.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The arguments of a call. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  static Arguments of(Object... values) {
    return new Arguments(List.of(values), Map.of());
  }

  /** Argument number {@code index}, or by its name. */
  Optional<Object> find(int index, String name) {
    if (index < positional.size()) {
      return Optional.of(positional.get(index));
    }
    return Optional.ofNullable(named.get(name));
  }

  Object get(int index, String name, Object otherwise) {
    return find(index, name).orElse(otherwise);
  }

  Object require(String function, int index, String name) {
    return find(index, name)
        .orElseThrow(
            () ->
                TemplateException.type(
                    function + "() missing 1 required positional argument: '" + name + "'"));
  }

  String string(int index, String name, String otherwise) {
    return find(index, name).map(Values::string).orElse(otherwise);
  }

  long integer(int index, String name, long otherwise) {
    return find(index, name).map(Numbers::index).orElse(otherwise);
  }

  boolean truth(int index, String name, boolean otherwise) {
    return find(index, name).map(Values::truth).orElse(otherwise);
  }

  /** Fails on more arguments than these, or on other names. */
  Arguments accept(String function, String... names) {
    if (positional.size() > names.length) {
      throw TemplateException.type(
          function
              + "() takes at most "
              + names.length
              + " arguments ("
              + positional.size()
              + " given)");
    }
    for (String name : named.keySet()) {
      int index = List.of(names).indexOf(name);
      if (index < 0) {
        throw TemplateException.type(
            function + "() got an unexpected keyword argument '" + name + "'");
      }
      if (index < positional.size()) {
        throw TemplateException.type(
            function + "() got multiple values for argument '" + name + "'");
      }
    }
    return this;
  }

  /** The same without the first so many positional arguments. */
  Arguments without(int first) {
    return new Arguments(
        new ArrayList<>(positional.subList(Math.min(first, positional.size()), positional.size())),
        new LinkedHashMap<>(named));
  }
}

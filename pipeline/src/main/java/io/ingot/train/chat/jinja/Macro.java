package io.ingot.train.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A macro, bound to the scope it was defined in. */
record Macro(Statement.Macro definition, Scope scope, Interpreter interpreter) implements Function {
  @Override
  public Object call(Arguments arguments) {
    Scope inner = scope.inner();
    List<String> parameters = definition.parameters();
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    int firstDefault = parameters.size() - definition.defaults().size();
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.get(i);
      if (i < arguments.positional().size()) {
        if (named.containsKey(name)) {
          throw TemplateException.type(
              "macro '" + definition.name() + "' got multiple values for argument '" + name + "'");
        }
        inner.set(name, arguments.positional().get(i));
      } else if (named.containsKey(name)) {
        inner.set(name, named.remove(name));
      } else if (i >= firstDefault) {
        inner.set(name, interpreter.evaluate(definition.defaults().get(i - firstDefault), inner));
      } else {
        inner.set(name, Undefined.because("parameter '" + name + "' was not provided"));
      }
    }
    rest(arguments, named, inner);
    return interpreter.capture(definition.body(), inner);
  }

  private void rest(Arguments arguments, Map<String, Object> named, Scope inner) {
    Object caller = named.remove("caller");
    if (definition.caller()) {
      inner.set("caller", caller == null ? Undefined.because("No caller defined") : caller);
    } else if (caller != null) {
      throw TemplateException.type(
          "macro '" + definition.name() + "' takes no keyword argument 'caller'");
    }
    if (definition.kwargs()) {
      inner.set("kwargs", new LinkedHashMap<Object, Object>(named));
    } else if (!named.isEmpty()) {
      throw TemplateException.type(
          "macro '"
              + definition.name()
              + "' takes no keyword argument '"
              + named.keySet().iterator().next()
              + "'");
    }
    int count = definition.parameters().size();
    if (definition.varargs()) {
      List<Object> all = arguments.positional();
      inner.set(
          "varargs",
          new Tuple(new ArrayList<>(all.subList(Math.min(count, all.size()), all.size()))));
    } else if (arguments.positional().size() > count) {
      throw TemplateException.type(
          "macro '" + definition.name() + "' takes not more than " + count + " argument(s)");
    }
  }

  Optional<Object> attribute(String name) {
    return switch (name) {
      case "name" -> Optional.of(definition.name());
      case "arguments" -> Optional.of(new Tuple(new ArrayList<>(definition.parameters())));
      case "catch_kwargs" -> Optional.of(definition.kwargs());
      case "catch_varargs" -> Optional.of(definition.varargs());
      case "caller" -> Optional.of(definition.caller());
      default -> Optional.empty();
    };
  }
}

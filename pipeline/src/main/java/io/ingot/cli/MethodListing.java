package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.MergeMethods;
import io.ingot.merge.method.MethodPages;
import io.ingot.merge.method.Parameter;
import io.ingot.merge.recipe.Spelling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What {@code merge --methods} shows: a table of all merge methods, or the page of one. */
final class MethodListing {
  private MethodListing() {}

  /**
   * @param name of a method; empty: all
   * @throws IngotException USAGE when there is none of that name
   */
  static void print(String name, Console console) {
    if (!name.isEmpty() && !MergeMethods.names().contains(name)) {
      throw IngotException.usage(
          "--methods: unknown merge method '"
              + name
              + "'"
              + Spelling.hint(name, MergeMethods.names()));
    }
    List<MergeMethod> methods =
        name.isEmpty() ? MergeMethods.all() : List.of(MergeMethods.get(name));
    if (console.json()) {
      console.result(methods.stream().map(MethodListing::json).toList());
    } else if (!name.isEmpty()) {
      console.result(MethodPages.page(methods.getFirst()).stripTrailing());
    } else {
      TextTable table = new TextTable("METHOD", "NAME", "BASE MODEL", "PARAMETERS");
      for (MergeMethod method : methods) {
        table.row(
            method.name(),
            method.title(),
            MethodPages.baseRole(method),
            method.parameters().stream().map(Parameter::name).collect(Collectors.joining(", ")));
      }
      table.lines().forEach(console::result);
    }
  }

  private static Map<String, Object> json(MergeMethod method) {
    List<Object> parameters = new ArrayList<>();
    for (Parameter parameter : method.parameters()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", parameter.name());
      entry.put("per_model", parameter.perModel());
      entry.put("required", parameter.required());
      parameter
          .defaultValue()
          .ifPresent(v -> entry.put("default", parameter.flag() ? (Object) (v != 0) : v));
      entry.put("description", parameter.description());
      parameters.add(entry);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", method.name());
    json.put("title", method.title());
    method.source().ifPresent(s -> json.put("source", s));
    json.put("base_model", method.baseRole().name().toLowerCase(java.util.Locale.ROOT));
    json.put("formula", method.formula());
    json.put("parameters", parameters);
    json.put("example", method.example());
    return json;
  }
}

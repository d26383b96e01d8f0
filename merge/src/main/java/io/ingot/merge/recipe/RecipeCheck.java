package io.ingot.merge.recipe;

import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.MergeMethods;
import io.ingot.merge.method.Parameter;
import io.ingot.merge.recipe.RecipeProblem.Severity;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What can be said about a recipe without looking at any model. */
final class RecipeCheck {
  private static final List<String> DTYPES = List.of("bfloat16", "float16", "float32", "int64");

  private RecipeCheck() {}

  static void check(Recipe recipe, Map<String, YamlNode> keys, YamlNode root) {
    dtype(keys, "dtype");
    dtype(keys, "out_dtype");
    if (recipe.method().isEmpty()) {
      return;
    }
    if (!MergeMethods.names().contains(recipe.method())) {
      RecipeReader.child(keys, "merge_method")
          .error(
              "unknown merge method '"
                  + recipe.method()
                  + "'"
                  + Spelling.hint(recipe.method(), MergeMethods.names()));
      return;
    }
    MergeMethod method = MergeMethods.get(recipe.method());
    if (method.baseRole() == MergeMethod.BaseRole.REQUIRED
        && recipe.base().isEmpty()
        && recipe.modules().values().stream()
            .flatMap(m -> m.slices().stream())
            .allMatch(s -> s.base().isEmpty())) {
      root.error("merge method " + recipe.method() + " needs 'base_model'");
    }
    walk(method, root, false);
  }

  private static void dtype(Map<String, YamlNode> keys, String key) {
    RecipeReader.optional(keys, key)
        .ifPresent(
            node -> {
              String text = RecipeReader.orEmpty(node.text());
              String plain = text.startsWith("torch.") ? text.substring(6) : text;
              if (!DTYPES.contains(plain)) {
                node.error("unknown dtype '" + text + "'; known: " + String.join(", ", DTYPES));
              }
            });
  }

  /** Looks at every {@code parameters} mapping below a node. */
  private static void walk(MergeMethod method, YamlNode node, boolean ofModel) {
    if (node.isList()) {
      node.list().forEach(e -> walk(method, e, ofModel));
    } else if (node.isMap()) {
      Map<String, YamlNode> keys = node.map();
      boolean model = keys.containsKey("model");
      keys.forEach(
          (key, value) -> {
            if (key.equals("parameters") && value.isMap()) {
              value.map().forEach((name, setting) -> parameter(method, name, setting, model));
            } else if (List.of("models", "slices", "sources", "modules").contains(key)
                || !List.of("tokenizer", "model").contains(key) && value.isMap()) {
              walk(method, value, model);
            }
          });
    }
  }

  private static void parameter(
      MergeMethod method, String name, YamlNode setting, boolean ofModel) {
    List<Parameter> own = method.parameters();
    for (Parameter parameter : own) {
      if (parameter.name().equals(name)) {
        if (ofModel && !parameter.perModel()) {
          setting.problem(
              Severity.WARNING,
              "'" + name + "' belongs to the method, not to a model; it has no effect here");
        }
        return;
      }
    }
    TreeSet<String> all = new TreeSet<>();
    MergeMethods.all().forEach(m -> m.parameters().forEach(p -> all.add(p.name())));
    if (all.contains(name)) {
      setting.problem(
          Severity.WARNING, "'" + name + "' has no effect on merge method " + method.name());
      return;
    }
    setting.problem(
        Severity.UNKNOWN_KEY,
        "unknown parameter '"
            + name
            + "'"
            + Spelling.hint(name, own.stream().map(Parameter::name).toList()));
  }
}

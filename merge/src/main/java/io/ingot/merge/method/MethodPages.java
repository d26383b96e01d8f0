package io.ingot.merge.method;

import java.util.Locale;
import java.util.stream.Collectors;

/** The documentation of the merge methods in Markdown, made of what they say about themselves. */
public final class MethodPages {
  private MethodPages() {}

  /** The table of all methods, then a page of each. */
  public static String all() {
    return table()
        + MergeMethods.all().stream()
            .map(method -> "\n" + page(method))
            .collect(Collectors.joining());
  }

  /** One line for each method. */
  public static String table() {
    StringBuilder text = new StringBuilder("| method | name | base model | parameters |\n");
    text.append("|---|---|---|---|\n");
    for (MergeMethod method : MergeMethods.all()) {
      text.append(
          "| [`%s`](#%s) | %s | %s | %s |\n"
              .formatted(
                  method.name(),
                  method.name(),
                  method.source().map(s -> link(method, s)).orElse(method.title()),
                  baseRole(method),
                  method.parameters().isEmpty()
                      ? "none"
                      : method.parameters().stream()
                          .map(p -> "`" + p.name() + "`")
                          .collect(Collectors.joining(", "))));
    }
    return text.toString();
  }

  /** What one method computes, its parameters, and a recipe. */
  public static String page(MergeMethod method) {
    StringBuilder text = new StringBuilder("### " + method.name() + "\n\n");
    text.append(method.source().map(s -> link(method, s)).orElse(method.title()));
    text.append(". Base model: ").append(baseRole(method)).append(".\n\n");
    text.append("```text\n").append(method.formula()).append("\n```\n\n");
    if (!method.parameters().isEmpty()) {
      text.append("| parameter | given per | default | meaning |\n|---|---|---|---|\n");
      method.parameters().forEach(p -> text.append(row(p)));
      text.append('\n');
    }
    return text.append("```yaml\n").append(method.example()).append("```\n").toString();
  }

  private static String link(MergeMethod method, String address) {
    return "[" + method.title() + "](" + address + ")";
  }

  /** Whether a recipe needs {@code base_model}, in a few words. */
  public static String baseRole(MergeMethod method) {
    return switch (method.baseRole()) {
      case REQUIRED -> "required";
      case OPTIONAL -> "optional";
      case INPUT -> "one more input";
    };
  }

  private static String row(Parameter parameter) {
    return "| `%s` | %s | %s | %s |\n"
        .formatted(
            parameter.name(),
            parameter.perModel() ? "model" : "method",
            defaultValue(parameter),
            parameter.description());
  }

  /** The default as it would stand in a recipe, {@code required}, or {@code none}. */
  private static String defaultValue(Parameter parameter) {
    if (parameter.defaultValue().isEmpty()) {
      return parameter.required() ? "required" : "none";
    }
    double value = parameter.defaultValue().getAsDouble();
    if (parameter.flag()) {
      return value != 0 ? "true" : "false";
    }
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : Double.toString(value).replace(".0E", "E").replace('E', 'e');
  }
}

package io.ingot.step.exec;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Options of the JVMs of isolated steps. */
final class ChildOptions {
  /** Further options, separated by spaces. */
  static final String VARIABLE = "INGOT_CHILD_JAVA_OPTS";

  private ChildOptions() {}

  static List<String> of(Map<String, String> environment) {
    String options = environment.getOrDefault(VARIABLE, "").strip();
    return options.isEmpty() ? List.of() : Arrays.asList(options.split("\\s+"));
  }
}

package io.ingot.step.card;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** Settings of a step by dotted name, in the order of the parameters; what is null is left out. */
final class Hyperparameters {
  private static final java.util.Set<String> GROUPS =
      java.util.Set.of("lora", "train", "optimizer", "objective");

  private Hyperparameters() {}

  static SequencedMap<String, String> of(JsonNode parameters) {
    SequencedMap<String, String> flat = new LinkedHashMap<>();
    parameters
        .properties()
        .forEach(
            entry -> {
              if (GROUPS.contains(entry.getKey())) {
                flatten(entry.getKey(), entry.getValue(), flat);
              }
            });
    return flat;
  }

  /** All keys of a map that a step wrote about itself. */
  static SequencedMap<String, String> all(JsonNode tree) {
    SequencedMap<String, String> flat = new LinkedHashMap<>();
    tree.properties().forEach(entry -> flatten(entry.getKey(), entry.getValue(), flat));
    return flat;
  }

  private static void flatten(String name, JsonNode value, SequencedMap<String, String> flat) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(entry -> flatten(name + "." + entry.getKey(), entry.getValue(), flat));
    } else if (!value.isNull() && !value.isMissingNode()) {
      flat.put(name, value.isTextual() ? value.asText() : value.toString());
    }
  }
}

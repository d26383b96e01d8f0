package io.ingot.step.card;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/** Settings of a step by dotted name, in the order of the parameters; what is null is left out. */
final class Hyperparameters {
  private static final Set<String> GROUPS = Set.of("lora", "train", "optimizer", "objective");

  /** What does not change the result. */
  private static final Set<String> MACHINE =
      Set.of("train.device", "train.checkpoint_every", "train.evaluate_every");

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
    } else if (!value.isNull() && !value.isMissingNode() && !MACHINE.contains(name)) {
      flat.put(name, show(value));
    }
  }

  /** Numbers as people write them: 32, 0.001, 1e-8. */
  private static String show(JsonNode value) {
    if (value.isFloatingPointNumber()) {
      double number = value.asDouble();
      return number != 0 && Math.abs(number) < 1e-4
          ? BigDecimal.valueOf(number).stripTrailingZeros().toString().replace("E", "e")
          : BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
    if (value.isArray()) {
      List<String> values = new ArrayList<>();
      value.forEach(element -> values.add(show(element)));
      return String.join(", ", values);
    }
    return value.isTextual() ? value.asText() : value.toString();
  }
}

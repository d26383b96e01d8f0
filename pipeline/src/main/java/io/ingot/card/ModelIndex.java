package io.ingot.card;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** The evaluation of the published model in the form of {@code model-index}. */
final class ModelIndex {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ModelIndex() {}

  static ArrayNode of(CardFacts facts) {
    ArrayNode results = JSON.arrayNode();
    for (JsonNode evaluation : facts.evaluations().values()) {
      Scores scores = Scores.of(evaluation);
      scores.rows().stream()
          .filter(row -> facts.main().map(m -> m.step().equals(row.model())).orElse(false))
          .findFirst()
          .ifPresent(row -> add(results, scores, row));
    }
    ArrayNode index = JSON.arrayNode();
    if (!results.isEmpty()) {
      ObjectNode model = index.addObject();
      model.put("name", facts.title());
      model.set("results", results);
    }
    return index;
  }

  private static void add(ArrayNode results, Scores scores, Scores.Row row) {
    for (Scores.Column column : scores.columns()) {
      row.value(column)
          .ifPresent(
              value -> {
                ObjectNode result = results.addObject();
                result.putObject("task").put("type", "text-generation");
                result.putObject("dataset").put("name", column.suite()).put("type", column.suite());
                result
                    .putArray("metrics")
                    .addObject()
                    .put("type", column.metric())
                    .put(
                        "value",
                        BigDecimal.valueOf(value)
                            .setScale(4, RoundingMode.HALF_EVEN)
                            .stripTrailingZeros()
                            .doubleValue());
              });
    }
  }
}

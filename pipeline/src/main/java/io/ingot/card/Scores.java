package io.ingot.card;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One evaluation.json, read leniently.
 *
 * @param columns suite and metric, in the order of the file
 * @param best the best members of each matrix
 */
record Scores(
    List<Column> columns,
    List<Row> rows,
    Optional<String> baseline,
    List<Best> best,
    List<Gate> gates) {
  record Column(String suite, String metric, Optional<Long> rows) {}

  record Row(String model, Optional<Long> bytes, Map<Column, Double> values) {
    OptionalDouble value(Column column) {
      Double value = values.get(column);
      return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
  }

  /**
   * The best members of a matrix.
   *
   * @param bySuite members that no other surpasses
   */
  record Best(
      String matrix, List<String> models, String reason, Map<String, List<String>> bySuite) {
    static Best of(String matrix, JsonNode best) {
      Map<String, List<String>> bySuite = new LinkedHashMap<>();
      best.path("suites")
          .properties()
          .forEach(suite -> bySuite.put(suite.getKey(), texts(suite.getValue())));
      return new Best(matrix, texts(best.path("models")), best.path("reason").asText(), bySuite);
    }

    private static List<String> texts(JsonNode list) {
      return list.valueStream().map(JsonNode::asText).toList();
    }
  }

  /** Whether no other member of its matrix is better on a suite. */
  boolean isBest(String suite, String model) {
    return best.stream().anyMatch(b -> b.bySuite().getOrDefault(suite, List.of()).contains(model));
  }

  record Gate(String expression, Optional<Double> value, boolean passed) {}

  static Scores of(JsonNode evaluation) {
    Map<String, Column> columns = new LinkedHashMap<>();
    List<Row> rows = new ArrayList<>();
    for (JsonNode model : evaluation.path("models")) {
      Map<Column, Double> values = new LinkedHashMap<>();
      model
          .path("scores")
          .properties()
          .forEach(
              suite ->
                  suite
                      .getValue()
                      .properties()
                      .forEach(
                          metric -> {
                            if (metric.getValue().isNumber()) {
                              Column column =
                                  columns.computeIfAbsent(
                                      suite.getKey() + "." + metric.getKey(),
                                      key -> column(evaluation, suite.getKey(), metric.getKey()));
                              values.put(column, metric.getValue().asDouble());
                            }
                          }));
      rows.add(
          new Row(
              model.path("name").asText(),
              model.path("bytes").isNumber()
                  ? Optional.of(model.path("bytes").asLong())
                  : Optional.empty(),
              values));
    }
    List<Gate> gates = new ArrayList<>();
    for (JsonNode gate : evaluation.path("gates")) {
      gates.add(
          new Gate(
              gate.path("expression").asText(),
              gate.path("value").isNumber()
                  ? Optional.of(gate.path("value").asDouble())
                  : Optional.empty(),
              gate.path("passed").asBoolean()));
    }
    return new Scores(
        List.copyOf(columns.values()),
        rows,
        evaluation.path("baseline").isTextual()
            ? Optional.of(evaluation.path("baseline").asText())
            : Optional.empty(),
        evaluation.path("best").properties().stream()
            .map(matrix -> Best.of(matrix.getKey(), matrix.getValue()))
            .toList(),
        gates);
  }

  private static Column column(JsonNode evaluation, String suite, String metric) {
    JsonNode rows = evaluation.path("suites").path(suite).path("rows");
    return new Column(
        suite, metric, rows.isNumber() ? Optional.of(rows.asLong()) : Optional.empty());
  }

  /** A score as it is shown: three decimals. */
  static String show(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}

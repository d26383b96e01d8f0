package io.ingot.step.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * The best of the members of a matrix. Measures of one kind are compared with one another only: the
 * mean of the exact matches decides, where it is equal the geometric mean of the perplexities,
 * where that is equal the mean of the divergences. Members that are equal in all of it are all the
 * best.
 */
final class Best {
  /** Scores nearer than this are equal: sums of the same numbers differ by their order. */
  private static final double EQUAL = 1e-9;

  /** Kinds of measures in the order in which they decide. */
  private static final List<String> METRICS = List.of("exact_match", "perplexity", "kl_divergence");

  private Best() {}

  /**
   * What evaluation.json holds under {@code best}: {@code {"models", "by": [{"metric", "suites",
   * "value", "models"}], "reason", "suites": {SUITE: [MODEL]}}}. {@code by} ends with the measure
   * that decided; its {@code models} counts those that were still equal. {@code reason} says the
   * same to a person: {@code mean exact match of orders, tickets 1.000, shared by 4; perplexity of
   * text 2.013}.
   *
   * @param evaluation with all scores
   * @param matrix whose members are called {@code MATRIX.NAME}
   * @param select suites that decide; none for all
   */
  static ObjectNode of(JsonNode evaluation, String matrix, List<String> select) {
    ObjectNode best = JsonNodeFactory.instance.objectNode();
    ArrayNode models = best.putArray("models");
    ArrayNode by = best.putArray("by");
    List<String> reasons = new ArrayList<>();
    List<JsonNode> left = members(evaluation, matrix);
    for (String metric : METRICS) {
      List<String> suites = suites(evaluation, metric, select);
      if (!suites.isEmpty() && (by.isEmpty() || left.size() > 1)) {
        left = greatest(left, model -> rank(metric, mean(model, suites, metric)));
        ObjectNode one = by.addObject().put("metric", metric);
        suites.forEach(one.putArray("suites")::add);
        double value = mean(left.getFirst(), suites, metric);
        one.put("value", value).put("models", left.size());
        reasons.add(reason(metric, suites, value, left.size()));
      }
    }
    left.forEach(model -> models.add(model.path("name").asText()));
    best.put("reason", String.join("; ", reasons));
    ObjectNode each = best.putObject("suites");
    for (Map.Entry<String, JsonNode> suite : evaluation.path("suites").properties()) {
      String metric = suite.getValue().path("metric").asText();
      ArrayNode names = each.putArray(suite.getKey());
      greatest(
              members(evaluation, matrix),
              model -> rank(metric, mean(model, List.of(suite.getKey()), metric)))
          .forEach(model -> names.add(model.path("name").asText()));
    }
    return best;
  }

  private static String reason(String metric, List<String> suites, double value, int models) {
    return (suites.size() > 1 ? "mean " : "")
        + metric.replace('_', ' ')
        + " of "
        + String.join(", ", suites)
        + " "
        + EvaluationTable.number(value)
        + (models > 1 ? ", shared by " + models : "");
  }

  private static List<JsonNode> members(JsonNode evaluation, String matrix) {
    List<JsonNode> models = new ArrayList<>();
    for (JsonNode model : evaluation.path("models")) {
      if (model.path("name").asText().startsWith(matrix + ".")) {
        models.add(model);
      }
    }
    return models;
  }

  private static List<String> suites(JsonNode evaluation, String metric, List<String> select) {
    return evaluation.path("suites").properties().stream()
        .filter(suite -> suite.getValue().path("metric").asText().equals(metric))
        .map(Map.Entry::getKey)
        .filter(name -> select.isEmpty() || select.contains(name))
        .toList();
  }

  private static double mean(JsonNode model, List<String> suites, String metric) {
    boolean geometric = metric.equals("perplexity");
    OptionalDouble mean =
        suites.stream()
            .mapToDouble(suite -> model.path("scores").path(suite).path(metric).asDouble())
            .map(value -> geometric ? Math.log(value) : value)
            .average();
    return geometric ? Math.exp(mean.orElseThrow()) : mean.orElseThrow();
  }

  /** The greater, the better. */
  private static double rank(String metric, double value) {
    return metric.equals("exact_match") ? value : -value;
  }

  private static List<JsonNode> greatest(List<JsonNode> models, ToDoubleFunction<JsonNode> rank) {
    double top = models.stream().mapToDouble(rank).max().orElseThrow();
    return models.stream()
        .filter(model -> rank.applyAsDouble(model) >= top - EQUAL * Math.max(1, Math.abs(top)))
        .toList();
  }
}

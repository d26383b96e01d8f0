package io.ingot.step.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an evaluation.json says under {@code best}, for people.
 *
 * @param bySuite members that no other of their matrix surpasses, by suite
 * @param lines one sentence for each matrix
 */
record BestMembers(Map<String, Set<String>> bySuite, List<String> lines) {

  /** Reads leniently; empty where no matrix was measured. */
  static BestMembers of(JsonNode evaluation) {
    Map<String, Set<String>> bySuite = new HashMap<>();
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, JsonNode> matrix : evaluation.path("best").properties()) {
      for (Map.Entry<String, JsonNode> suite : matrix.getValue().path("suites").properties()) {
        bySuite
            .computeIfAbsent(suite.getKey(), name -> new HashSet<>())
            .addAll(texts(suite.getValue()));
      }
      lines.add(
          "best of "
              + matrix.getKey()
              + ": "
              + String.join(", ", texts(matrix.getValue().path("models")))
              + " ("
              + matrix.getValue().path("reason").asText()
              + ")");
    }
    return new BestMembers(bySuite, lines);
  }

  /**
   * {@code *} behind the score of a best member, a blank behind others, nothing where there is no
   * matrix.
   */
  String mark(String suite, String model) {
    if (bySuite.isEmpty()) {
      return "";
    }
    return bySuite.getOrDefault(suite, Set.of()).contains(model) ? "*" : " ";
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}

package io.ingot.step.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class BestTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> ALL = List.of("b.linear", "b.ties", "b.della");

  @Test
  void theMeanOfExactMatchesDecides() throws IOException {
    ObjectNode best = Best.of(evaluation(0.99, 0, 1.9, 0.98, 1, 2.1, 1, 0.97, 2), "b", List.of());
    assertThat(best.path("models").toString()).isEqualTo("[\"b.ties\"]");
    assertThat(best.path("by").toString())
        .isEqualTo(
            "[{\"metric\":\"exact_match\",\"suites\":[\"orders\",\"tickets\"],\"value\":0.99,"
                + "\"models\":1}]");
    assertThat(best.path("reason").asText()).isEqualTo("mean exact match of orders, tickets 0.990");
    assertThat(best.path("suites").toString())
        .isEqualTo(
            "{\"orders\":[\"b.della\"],\"tickets\":[\"b.ties\"],\"text\":[\"b.linear\"],"
                + "\"web\":[\"b.linear\",\"b.ties\",\"b.della\"]}");
  }

  @Test
  void amongEqualsThePerplexityDecides() throws IOException {
    ObjectNode best = Best.of(evaluation(0.9, 0, 1.9, 1, 0.97, 2.1, 0.97, 1, 2), "b", List.of());
    assertThat(best.path("models").toString()).isEqualTo("[\"b.della\"]");
    assertThat(best.path("reason").asText())
        .isEqualTo(
            "mean exact match of orders, tickets 0.985, shared by 2; mean perplexity of text, web"
                + " 2.828");
    assertThat(best.path("by").get(0).path("models").asInt()).isEqualTo(2);
  }

  @Test
  void equalsStandSideBySide() throws IOException {
    ObjectNode best = Best.of(evaluation(0.9, 0, 1.9, 1, 1, 2, 1, 1, 2), "b", List.of());
    assertThat(best.path("models").toString()).isEqualTo("[\"b.ties\",\"b.della\"]");
    assertThat(best.path("reason").asText()).endsWith("perplexity of text, web 2.828, shared by 2");
  }

  @Test
  void onlySelectedSuitesDecide() throws IOException {
    ObjectNode evaluation = evaluation(0.99, 0, 1.9, 0.98, 1, 2.1, 1, 0.97, 2);
    assertThat(Best.of(evaluation, "b", List.of("orders")).path("models").toString())
        .isEqualTo("[\"b.della\"]");
    ObjectNode byText = Best.of(evaluation, "b", List.of("text"));
    assertThat(byText.path("models").toString()).isEqualTo("[\"b.linear\"]");
    assertThat(byText.path("reason").asText()).isEqualTo("perplexity of text 1.900");
  }

  @Test
  void theTableMarksTheBestAndNamesIt() throws IOException {
    ObjectNode evaluation = evaluation(0.99, 0, 1.9, 0.98, 1, 2.1, 1, 0.97, 2);
    evaluation.putObject("best").set("b", Best.of(evaluation, "b", List.of("orders", "tickets")));
    assertThat(EvaluationTable.of(evaluation).lines())
        .containsExactly(
            "model     orders exact match  tickets exact match  text perplexity  web perplexity  bytes",
            "base                  0.000                0.000            1.500           4.000       5",
            "b.linear              0.990                0.000            1.900*          4.000*      5",
            "b.ties                0.980                1.000*           2.100           4.000*      5",
            "b.della               1.000*               0.970            2.000           4.000*      5",
            "best of b: b.ties (mean exact match of orders, tickets 0.990)");
  }

  /** Three members with orders, tickets and text each; the base is nobody's member. */
  private static ObjectNode evaluation(double... scores) throws IOException {
    ObjectNode evaluation =
        (ObjectNode)
            JSON.readTree(
                """
                {"models": [], "suites": {"orders": {"metric": "exact_match"},
                  "tickets": {"metric": "exact_match"}, "text": {"metric": "perplexity"},
                  "web": {"metric": "perplexity"}}}
                """);
    model(evaluation, "base", 0, 0, 1.5);
    for (int i = 0; i < ALL.size(); i++) {
      model(evaluation, ALL.get(i), scores[3 * i], scores[3 * i + 1], scores[3 * i + 2]);
    }
    return evaluation;
  }

  private static void model(
      ObjectNode evaluation, String name, double orders, double tickets, double text) {
    ObjectNode scores =
        evaluation
            .withArrayProperty("models")
            .addObject()
            .put("name", name)
            .put("bytes", 5)
            .putObject("scores");
    scores.putObject("orders").put("exact_match", orders);
    scores.putObject("tickets").put("exact_match", tickets);
    scores.putObject("text").put("perplexity", text);
    scores.putObject("web").put("perplexity", 4.0);
  }
}

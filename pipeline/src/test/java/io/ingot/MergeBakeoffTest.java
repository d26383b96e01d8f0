package io.ingot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.cli.Ingot;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bake-off of merge methods on real parts, held against what mergekit, PEFT and transformers
 * made of the same data.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MergeBakeoffTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ROOT = Path.of(System.getProperty("ingot.root", ".."));
  private static final Path JOB = ROOT.resolve("jobs/merge-bakeoff.yaml");

  /** Members and the names of the same recipes in reference.json. */
  private static final Map<String, String> REFERENCE =
      new LinkedHashMap<>(
          Map.of(
              "blend.linear", "linear",
              "blend.slerp", "slerp:0.5",
              "blend.task_arithmetic", "ta:1",
              "blend.ties", "ties:1:0.7:0",
              "blend.dare_ties", "dare_ties:1:0.5",
              "blend.della", "della:1:0.7",
              "blend.breadcrumbs", "breadcrumbs:1:0.7"));

  @TempDir static Path folder;

  private static JsonNode finished = JSON.nullNode();
  private static JsonNode evaluation = JSON.nullNode();
  private static JsonNode reference = JSON.nullNode();

  private record Answer(int code, String out, String err) {}

  private static Answer ingot(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("--home", folder.resolve("home").toString()));
    all.addAll(List.of(arguments));
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("HF_HOME", folder.resolve("hf").toString());
    environment.remove("HF_TOKEN");
    environment.remove("HF_ENDPOINT");
    int code =
        Ingot.execute(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            environment,
            false,
            all.toArray(String[]::new));
    return new Answer(code, out.toString(), err.toString());
  }

  @BeforeAll
  static void runsToTheEnd() throws IOException {
    Answer run = ingot("run", JOB.toString(), "--json");
    assertThat(run.code()).as(run.err()).isZero();
    finished = JSON.readTree(run.out());
    Path artifact = Path.of(step("quality").path("artifact").asText());
    evaluation = JSON.readTree(artifact.resolve("evaluation.json").toFile());
    reference = JSON.readTree(ROOT.resolve("jobs/quickstart/reference.json").toFile());
  }

  private static JsonNode step(String name) {
    for (JsonNode step : finished.path("steps")) {
      if (step.path("name").asText().equals(name)) {
        return step;
      }
    }
    throw new AssertionError(name + " is not in " + finished);
  }

  private static double score(String name, String suite) {
    for (JsonNode model : evaluation.path("models")) {
      if (model.path("name").asText().equals(name)) {
        return model.path("scores").path(suite).path("exact_match").asDouble(-1);
      }
    }
    throw new AssertionError(name + " was not evaluated");
  }

  @Test
  @Order(1)
  void everyMethodKeepsAndLosesWhatItDoesElsewhere() {
    check("orders-lora", reference.path("tunes").path("a").path("exact"));
    check("tickets-lora", reference.path("tunes").path("b").path("exact"));
    check("base", reference.path("base").path("exact"));
    REFERENCE.forEach(
        (member, recipe) -> check(member, reference.path("merges").path(recipe).path("exact")));
    assertThat(score("blend.linear", "tickets")).isLessThan(0.03);
    assertThat(score("blend.slerp", "tickets")).isLessThan(0.03);
    assertThat(evaluation.path("models")).hasSize(3 + REFERENCE.size());
  }

  private static void check(String model, JsonNode expected) {
    assertThat(score(model, "orders"))
        .as(model + " on orders")
        .isCloseTo(expected.path("a").asDouble(-1), within(0.03));
    assertThat(score(model, "tickets"))
        .as(model + " on tickets")
        .isCloseTo(expected.path("b").asDouble(-1), within(0.03));
  }

  @Test
  @Order(2)
  void theBestIsNamed() {
    JsonNode best = evaluation.path("best").path("blend");
    String winner = best.path("models").path(0).asText();
    double mean = (score(winner, "orders") + score(winner, "tickets")) / 2;
    for (String member : REFERENCE.keySet()) {
      assertThat((score(member, "orders") + score(member, "tickets")) / 2)
          .as(member + " beside " + winner)
          .isLessThanOrEqualTo(mean);
    }
    assertThat(winner).isNotIn("blend.linear", "blend.slerp").startsWith("blend.");
    assertThat(step("quality").path("best")).isEqualTo(evaluation.path("best"));
    assertThat(step("quality").path("reason").asText())
        .contains("10 models, 3 suites")
        .contains("best of blend: " + winner);
  }

  @Test
  @Order(3)
  void anotherRunFindsEverythingDoneAndPrintsTheTable() {
    Answer again = ingot("run", JOB.toString());
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.out())
        .containsPattern("blend.ties +(\\d\\.\\d{3}[* ] +){3}7,348,816")
        .contains("best of blend: blend.")
        .containsPattern("blend.della +cached")
        .doesNotContainPattern("(?m)^\\S+ +done +\\d");
  }

  @Test
  @Order(4)
  void aChangedMethodIsMergedAndMeasuredAnewAlone() throws IOException {
    String change = "steps.blend.matrix.method.della.parameters.epsilon=0.2";
    Answer plan = ingot("plan", JOB.toString(), "--set", change);
    assertThat(plan.code()).as(plan.err()).isZero();
    assertThat(plan.out())
        .contains("della: miss because merge.recipe.parameters.epsilon changed 0.1 -> 0.2")
        .contains("linear, slerp, task_arithmetic, ties, dare_ties, breadcrumbs: cached")
        .containsPattern("orders-lora +finetune +cached");
    Answer run = ingot("run", JOB.toString(), "--set", change, "--json");
    assertThat(run.code()).as(run.err()).isZero();
    for (JsonNode step : JSON.readTree(run.out()).path("steps")) {
      String name = step.path("name").asText();
      boolean anew = name.equals("blend.della") || name.equals("quality");
      assertThat(step.path("state").asText()).as(name).isEqualTo(anew ? "done" : "cached");
      if (name.equals("quality")) {
        assertThat(step.path("reason").asText()).contains("3 suites, 9 measured before");
      }
    }
  }

  @Test
  @Order(5)
  void everyArtifactVerifies() {
    for (JsonNode step : finished.path("steps")) {
      Answer verified = ingot("verify", step.path("artifact").asText());
      assertThat(verified.code()).as(step + verified.err()).isZero();
    }
  }
}

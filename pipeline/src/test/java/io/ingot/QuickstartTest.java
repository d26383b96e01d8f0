package io.ingot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.cli.Ingot;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The quick start as a new user meets it: pull, two fine-tunes, merge, quantize, evaluate, card,
 * review, publish, all on real parts.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class QuickstartTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ROOT = Path.of(System.getProperty("ingot.root", ".."));
  private static final Path JOB = ROOT.resolve("jobs/quickstart.yaml");

  private static final String TRANSFORMERS =
      """
      import json, sys, torch
      from transformers import AutoModelForCausalLM
      model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32).eval()
      for line in open(sys.argv[2]):
          ids = torch.tensor([json.loads(line)["input_ids"]])
          with torch.no_grad():
              log = model(ids).logits.log_softmax(-1)
          print(json.dumps([float(log[0, i, ids[0, i + 1]]) for i in range(ids.shape[1] - 1)]))
      """;

  @TempDir static Path folder;

  private static JsonNode parked = JSON.nullNode();
  private static JsonNode finished = JSON.nullNode();

  private record Answer(int code, String out, String err) {
    JsonNode json() throws IOException {
      return JSON.readTree(out);
    }
  }

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
  static void runsToTheReviewAndAfterItToTheEnd() throws IOException {
    Answer first = ingot("run", JOB.toString(), "--json");
    assertThat(first.code()).as(first.err()).isEqualTo(7);
    parked = first.json();
    JsonNode reviews = ingot("review", "list", "--json").json();
    String review = reviews.findValue("id").asText();
    Answer approval = ingot("review", "approve", review, "--by", "a reader");
    assertThat(approval.code()).as(approval.err()).isZero();
    Answer second = ingot("run", JOB.toString(), "--json");
    assertThat(second.code()).as(second.err()).isZero();
    finished = second.json();
  }

  private static JsonNode step(JsonNode run, String name) {
    for (JsonNode step : run.path("steps")) {
      if (step.path("name").asText().equals(name)) {
        return step;
      }
    }
    throw new AssertionError(name + " is not in " + run);
  }

  private static Path artifact(String step) {
    return Path.of(step(finished, step).path("artifact").asText());
  }

  @Test
  @Order(1)
  void waitsForAPersonBeforeItPublishes() {
    assertThat(parked.path("state").asText()).isEqualTo("in_review");
    assertThat(step(parked, "review:release").path("state").asText()).isEqualTo("in_review");
    assertThat(step(parked, "blended").path("state").asText()).isEqualTo("done");
    assertThat(finished.path("run").asText()).isEqualTo(parked.path("run").asText());
    assertThat(finished.path("state").asText()).isEqualTo("done");
  }

  @Test
  @Order(2)
  void everyModelHasItsSkills() throws IOException {
    JsonNode evaluation = JSON.readTree(artifact("quality").resolve("evaluation.json").toFile());
    assertThat(score(evaluation, "base", "orders")).isZero();
    assertThat(score(evaluation, "base", "tickets")).isZero();
    assertThat(score(evaluation, "orders-lora", "orders")).isGreaterThanOrEqualTo(0.97);
    assertThat(score(evaluation, "tickets-lora", "tickets")).isGreaterThanOrEqualTo(0.97);
    for (String skill : List.of("orders", "tickets")) {
      assertThat(score(evaluation, "blended", skill)).isGreaterThanOrEqualTo(0.97);
      double f16 = score(evaluation, "gguf.F16", skill);
      assertThat(score(evaluation, "gguf.Q8_0", skill)).isCloseTo(f16, within(0.01));
      assertThat(score(evaluation, "gguf.Q4_K_M", skill)).isCloseTo(f16, within(0.02));
    }
    double base =
        model(evaluation, "base").path("scores").path("text").path("perplexity").asDouble();
    assertThat(base).isCloseTo(1.9956, within(0.001));
  }

  private static JsonNode model(JsonNode evaluation, String name) {
    for (JsonNode model : evaluation.path("models")) {
      if (model.path("name").asText().equals(name)) {
        return model;
      }
    }
    throw new AssertionError(name + " was not evaluated");
  }

  private static double score(JsonNode evaluation, String name, String suite) {
    return model(evaluation, name).path("scores").path(suite).path("exact_match").asDouble(-1);
  }

  @Test
  @Order(3)
  void theHubHasExactlyWhatWasApproved() throws IOException {
    JsonNode publication = JSON.readTree(artifact("release").resolve("publication.json").toFile());
    assertThat(publication.toString()).contains("acme/fern-and-bolt-desk");
    assertThat(publication.findValue("commit").asText()).matches("[0-9a-f]{40}");
    String readme = Files.readString(artifact("card:release").resolve("README.md"));
    assertThat(readme)
        .contains("license: apache-2.0")
        .contains("base_model:\n- ingot/tiny-base")
        .contains("blended-Q4_K_M.gguf")
        .doesNotContain(finished.path("run").asText());
    Answer lint = ingot("card", "lint", artifact("card:release").resolve("README.md").toString());
    assertThat(lint.code()).as(lint.out() + lint.err()).isZero();
  }

  @Test
  @Order(4)
  void everyArtifactVerifies() {
    for (JsonNode step : finished.path("steps")) {
      Answer verified = ingot("verify", step.path("artifact").asText());
      assertThat(verified.code()).as(step + verified.err()).isZero();
    }
  }

  @Test
  @Order(5)
  void transformersComputesTheSame() throws Exception {
    PythonPeer python = PythonPeer.with("torch", "transformers");
    Path rows = folder.resolve("rows.jsonl");
    Answer tokens =
        ingot(
            "data",
            "rows",
            ROOT.resolve("jobs/quickstart/data/skill-a.test.jsonl").toString(),
            "--format",
            "messages",
            "--tokenizer",
            artifact("blended").toString());
    assertThat(tokens.code()).as(tokens.err()).isZero();
    Files.write(rows, tokens.out().lines().limit(20).toList());
    Answer ours = ingot("score", artifact("blended").toString(), "--tokens", rows.toString());
    assertThat(ours.code()).as(ours.err()).isZero();
    List<String> expected =
        python
            .run(TRANSFORMERS, Map.of("HF_HUB_OFFLINE", "1"), artifact("blended"), rows)
            .lines()
            .toList();
    List<String> actual = ours.out().lines().toList();
    assertThat(actual).hasSameSizeAs(expected);
    for (int row = 0; row < expected.size(); row++) {
      JsonNode theirs = JSON.readTree(expected.get(row));
      JsonNode own = JSON.readTree(actual.get(row)).path("logprobs");
      assertThat(own.size()).isEqualTo(theirs.size() + 1);
      for (int i = 0; i < theirs.size(); i++) {
        assertThat(own.get(i + 1).asDouble())
            .as("row %d token %d", row, i + 1)
            .isCloseTo(theirs.get(i).asDouble(), within(1e-4));
      }
    }
  }

  @Test
  @Order(6)
  void aSecondRunFindsEverythingDone() throws IOException {
    Answer again = ingot("run", JOB.toString(), "--json");
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.json().path("run").asText()).isNotEqualTo(finished.path("run").asText());
    for (JsonNode step : again.json().path("steps")) {
      String name = step.path("name").asText();
      if (!name.equals("review:release")) {
        assertThat(step.path("state").asText()).as(name).isEqualTo("cached");
        assertThat(step.path("reason").asText()).as(name).isNotBlank();
      }
      assertThat(step.path("artifact").asText())
          .as(name)
          .isEqualTo(step(finished, name).path("artifact").asText());
    }
  }

  @Test
  @Order(7)
  void aChangedSettingIsForetoldWithItsConsequences() throws IOException {
    Answer plan = ingot("plan", JOB.toString(), "--set", "steps.orders-lora.finetune.lora.rank=8");
    assertThat(plan.code()).as(plan.err()).isZero();
    assertThat(plan.out())
        .contains("miss because finetune.lora.rank changed 16 -> 8")
        .containsPattern("tickets-lora +finetune +cached")
        .containsPattern("blended +merge +miss");
  }

  @Test
  @Order(8)
  void noSecretAndNoMachinePathIsPublished() throws IOException {
    try (Stream<Path> files = Files.list(artifact("card:release"))) {
      for (Path file : files.filter(f -> !f.endsWith("manifest.json")).toList()) {
        assertThat(Files.readString(file))
            .as(file.toString())
            .doesNotContain(folder.toString())
            .doesNotContain(ROOT.toAbsolutePath().normalize().toString());
      }
    }
  }
}

package io.ingot.step.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.progress.Progress;
import io.ingot.step.Approval;
import io.ingot.step.EffectJournal;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.step.StepOutcome;
import io.ingot.train.FakeLanguageModel;
import io.ingot.train.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateStepTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path TINY =
      Path.of(System.getProperty("ingot.root"), "jobs/quickstart/hub/ingot/tiny-base");

  @TempDir Path folder;
  private final SequencedMap<String, StepInput> inputs = new LinkedHashMap<>();
  private final List<FakeLanguageModel> loaded = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private int[] answer = {};
  private @Nullable Path memory;

  @BeforeEach
  void prepare() throws IOException {
    Path rows =
        Files.writeString(
            folder.resolve("rows.jsonl"),
            """
            {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes."}]}
            {"messages": [{"role": "user", "content": "Ho"}, {"role": "assistant", "content": "No."}]}
            """);
    Path text = Files.writeString(folder.resolve("text.txt"), "Hello there.<|endoftext|>\n");
    input("suite:orders", rows);
    input("suite:text", text);
    input("model:base", TINY);
    inputs.put("model:tune", new StepInput("model:tune", "tuned", TINY, "finetune"));
    try (Tokenizer tokenizer = Tokenizer.load(TINY)) {
      answer = tokenizer.ids("Yes.", false);
    }
  }

  @Test
  void isRegistered() {
    assertThat(ServiceLoader.load(Step.class))
        .anySatisfy(step -> assertThat(step).isInstanceOf(EvaluateStep.class));
  }

  @Test
  void writesScoresSuitesAndGates() throws Exception {
    StepOutcome outcome =
        run("[\"tune.orders.exact_match >= 0.5\", \"base.text.perplexity < 2000\"]");
    assertThat(outcome).isEqualTo(StepOutcome.done("2 models, 3 suites, 2 gates passed"));
    JsonNode evaluation = JSON.readTree(folder.resolve("out/evaluation.json").toFile());
    assertThat(evaluation.at("/models/0/name").asText()).isEqualTo("base");
    assertThat(evaluation.at("/models/0/bytes").asLong())
        .isEqualTo(Files.size(TINY.resolve("model.safetensors")));
    assertThat(evaluation.at("/models/1/scores/orders/exact_match").asDouble()).isEqualTo(0.5);
    assertThat(evaluation.at("/models/1/scores/drift/kl_divergence").asDouble()).isZero();
    assertThat(evaluation.at("/suites/orders").toString())
        .isEqualTo("{\"metric\":\"exact_match\",\"rows\":2}");
    assertThat(evaluation.path("baseline").asText()).isEqualTo("base");
    assertThat(evaluation.at("/gates/0").toString())
        .isEqualTo(
            "{\"expression\":\"tune.orders.exact_match >= 0.5\",\"value\":0.5,\"passed\":true}");
    assertThat(loaded).hasSize(2).allMatch(FakeLanguageModel::closed);
    assertThat(notes.getFirst()).startsWith("model").contains("orders exact match", "bytes");
  }

  @Test
  void whatWasMeasuredBeforeIsNotMeasuredAgain() throws Exception {
    memory = folder.resolve("memory");
    run("[]");
    byte[] first = Files.readAllBytes(folder.resolve("out/evaluation.json"));
    loaded.clear();
    assertThat(run("[]")).isEqualTo(StepOutcome.done("2 models, 3 suites, 2 measured before"));
    assertThat(loaded).isEmpty();
    assertThat(Files.readAllBytes(folder.resolve("out/evaluation.json"))).isEqualTo(first);

    inputs.put("model:tune", new StepInput("model:tune", "another", TINY, "finetune"));
    assertThat(run("[]")).isEqualTo(StepOutcome.done("2 models, 3 suites, 1 measured before"));
    assertThat(loaded).as("divergences need the baseline").hasSize(2);
    assertThat(loaded).allMatch(FakeLanguageModel::closed);
    assertThat(Files.readAllBytes(folder.resolve("out/evaluation.json"))).isEqualTo(first);
  }

  @Test
  void damagedAndForeignScoresAreMeasuredAnew() throws Exception {
    memory = folder.resolve("memory");
    run("[]");
    byte[] first = Files.readAllBytes(folder.resolve("out/evaluation.json"));
    List<Path> scores;
    try (Stream<Path> files = Files.walk(memory)) {
      scores = files.filter(Files::isRegularFile).sorted().toList();
    }
    assertThat(scores).hasSize(6).allMatch(file -> file.toString().endsWith(".json"));
    Files.writeString(scores.get(0), "");
    Files.writeString(scores.get(1), "{\"value\": 7, \"rows\": 2}");
    Files.copy(scores.get(3), scores.get(2), StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(scores.get(4), "no JSON");
    loaded.clear();
    run("[]");
    assertThat(loaded).isNotEmpty();
    assertThat(Files.readAllBytes(folder.resolve("out/evaluation.json"))).isEqualTo(first);
  }

  @Test
  void aFailedGateFailsTheStepWithTheTable() {
    assertThatThrownBy(
            () -> run("[\"tune.orders.exact_match >= 0.97\", \"tune.text.exact_match > 1\"]"))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
        .hasMessageContaining("2 gates do not hold")
        .hasMessageContaining("tune.orders.exact_match >= 0.97: measured 0.500")
        .hasMessageContaining("tune.text.exact_match > 1: was not measured")
        .hasMessageContaining("FAILED  tune.orders.exact_match");
  }

  @Test
  void modelNamesMayHoldDots() {
    Gate gate = Gate.parse(" gguf.Q4_K_M.orders.exact_match>=0.8 ");
    assertThat(gate.subject()).isEqualTo("gguf.Q4_K_M");
    assertThat(gate.suite()).isEqualTo("orders");
    assertThat(gate.holds(0.8)).isTrue();
    assertThat(gate.holds(0.79)).isFalse();
    assertThatThrownBy(() -> Gate.parse("orders > 1"))
        .hasMessageContaining("expected MODEL.SUITE.METRIC >= NUMBER");
  }

  @Test
  void theTableAlignsItsCells() throws IOException {
    JsonNode evaluation =
        JSON.readTree(
            """
            {"models": [
              {"name": "base", "bytes": 7348816, "scores": {"orders": {"exact_match": 0.0}, "text": {"perplexity": 1.99556}}},
              {"name": "gguf.Q4_K_M", "bytes": 2290272, "scores": {"orders": {"exact_match": 0.995}}}],
             "gates": [{"expression": "base.orders.exact_match >= 0.5", "value": 0.0, "passed": false}]}
            """);
    assertThat(EvaluationTable.of(evaluation).lines())
        .containsExactly(
            "model        orders exact match  text perplexity      bytes",
            "base                      0.000            1.996  7,348,816",
            "gguf.Q4_K_M               0.995                   2,290,272",
            "FAILED  base.orders.exact_match >= 0.5  (0.000)");
  }

  private StepOutcome run(String gates) throws Exception {
    String parameters =
        """
        {"models": ["base", "tune"], "gate": %s, "precision": "fp32", "device": "cpu", "suites": {
          "orders": {"metric": "exact_match", "max_new_tokens": 20, "form": {"format": "messages"}},
          "text": {"metric": "perplexity", "form": {"format": "text"}},
          "drift": {"metric": "kl_divergence", "form": {"format": "text"}}}}
        """
            .formatted(gates);
    input("suite:drift", folder.resolve("text.txt"));
    EvaluateStep step =
        new EvaluateStep(
            (model, precision, device) -> {
              FakeLanguageModel fake = new FakeLanguageModel(1024, Math.log(0.5), prompt -> answer);
              loaded.add(fake);
              return fake;
            });
    return step.run(new Context(JSON.readTree(parameters)));
  }

  private void input(String name, Path path) {
    inputs.put(name, new StepInput(name, "digest", path, "external"));
  }

  private final class Context implements StepContext {
    private final JsonNode parameters;

    Context(JsonNode parameters) {
      this.parameters = parameters;
    }

    @Override
    public String step() {
      return "quality";
    }

    @Override
    public JsonNode parameters() {
      return parameters;
    }

    @Override
    public SequencedMap<String, StepInput> inputs() {
      return inputs;
    }

    @Override
    public Path output() {
      try {
        return Files.createDirectories(folder.resolve("out"));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Path scratch() {
      return folder;
    }

    @Override
    public Optional<Path> memory() {
      return Optional.ofNullable(memory);
    }

    @Override
    public Progress progress() {
      return new Progress() {
        @Override
        public void begin(String label, long total, Unit unit) {}

        @Override
        public void advance(long amount) {}

        @Override
        public void detail(String text) {}

        @Override
        public void note(String line) {
          notes.add(line);
        }
      };
    }

    @Override
    public void checkCancelled() {}

    @Override
    public Hub hub() {
      throw new AssertionError("an isolated step sees no hub");
    }

    @Override
    public Optional<Approval> approval(String subjectDigest) {
      return Optional.empty();
    }

    @Override
    public EffectJournal effects() {
      throw new AssertionError("an isolated step has no effects");
    }
  }
}

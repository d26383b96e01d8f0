package io.ingot.job.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.job.HubSession;
import io.ingot.job.JobFiles;
import io.ingot.job.JobSpec;
import io.ingot.license.LicenseEngine;
import io.ingot.run.InputRef;
import io.ingot.run.PlannedStep;
import io.ingot.step.Parameters;
import io.ingot.store.IngotHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlannerTest {
  private static final Path JOBS = Path.of(System.getProperty("ingot.root"), "jobs");
  private static final Path QUICKSTART = JOBS.resolve("quickstart.yaml");
  private static final Instant NOON = Instant.parse("2026-11-21T12:34:56Z");

  @TempDir Path folder;
  private Machine machine = Machine.UNLIMITED;

  @Test
  void theQuickstartBecomesAGraph() {
    Plan plan = plan(QUICKSTART, List.of(), PastRuns.NONE, Policy.STRICT);
    assertThat(plan.run().steps())
        .extracting(PlannedStep::name)
        .containsExactly(
            "pull:base",
            "orders-lora",
            "tickets-lora",
            "blended",
            "gguf",
            "quality",
            "card:release",
            "review:release",
            "release");
    assertThat(inputs(plan, "orders-lora").keySet()).containsExactly("model", "dataset");
    assertThat(inputs(plan, "blended"))
        .containsEntry("base", new InputRef.Output("pull:base"))
        .containsEntry("orders-lora", new InputRef.Output("orders-lora"))
        .containsEntry("orders-lora/base", new InputRef.Output("pull:base"))
        .containsEntry("tickets-lora/base", new InputRef.Output("pull:base"))
        .hasSize(5);
    assertThat(inputs(plan, "gguf")).containsOnlyKeys("model");
    assertThat(inputs(plan, "quality"))
        .containsOnlyKeys(
            "model:base",
            "model:orders-lora",
            "model:orders-lora/base",
            "model:tickets-lora",
            "model:tickets-lora/base",
            "model:blended",
            "model:gguf",
            "suite:orders",
            "suite:tickets",
            "suite:text");
    assertThat(inputs(plan, "card:release"))
        .containsOnlyKeys(
            "artifact:blended",
            "artifact:gguf",
            "step:blended",
            "step:gguf",
            "step:orders-lora",
            "step:tickets-lora",
            "step:pull:base",
            "step:quality");
    assertThat(inputs(plan, "review:release"))
        .containsOnlyKeys("card", "artifact:blended", "artifact:gguf", "evaluation:quality");
    assertThat(inputs(plan, "release"))
        .containsOnlyKeys("card", "review", "artifact:blended", "artifact:gguf");
  }

  @Test
  void parametersAreCompleteAndHoldNoNames() {
    Plan plan = plan(QUICKSTART, List.of(), PastRuns.NONE, Policy.STRICT);
    JsonNode tune = parameters(plan, "orders-lora");
    assertThat(tune.has("model")).isFalse();
    assertThat(tune.at("/dataset/format").asText()).isEqualTo("messages");
    assertThat(tune.at("/train/loss_on").asText()).isEqualTo("assistant");
    assertThat(tune.at("/lora/alpha").doubleValue()).isEqualTo(32);
    assertThat(tune.has("clock")).as("the template does not ask for the time").isFalse();
    JsonNode suite = parameters(plan, "quality").at("/suites/orders");
    assertThat(suite.has("dataset")).isFalse();
    assertThat(suite.at("/form/format").asText()).isEqualTo("messages");
    assertThat(parameters(plan, "blended").at("/recipe/merge_method").asText()).isEqualTo("ties");
    assertThat(parameters(plan, "pull:base").get("commit").asText()).hasSize(40);
    JsonNode card = parameters(plan, "card:release");
    assertThat(card.at("/steps/blended/inputs/orders-lora~1base").asText()).isEqualTo("base");
    assertThat(card.at("/steps/quality/inputs/suite:text").asText()).isEqualTo("heldout");
    assertThat(card.at("/datasets/orders/rows").asLong()).isPositive();
    assertThat(card.at("/verdict/license").asText()).isEqualTo("apache-2.0");
    assertThat(plan.run().steps().toString()).doesNotContain("127.0.0.1", "localhost");
    plan.requireAllowed();
  }

  @Test
  void theLockIsTheSameForTheSameContent() throws IOException {
    String first = plan(QUICKSTART, List.of(), PastRuns.NONE, Policy.STRICT).run().lockJson();
    Path copy = folder.resolve("copy");
    copy(JOBS, copy);
    String second =
        plan(copy.resolve("quickstart.yaml"), List.of(), PastRuns.NONE, Policy.STRICT)
            .run()
            .lockJson();
    assertThat(second).isEqualTo(first);
    assertThat(Parameters.parse(first).get("clock").asText()).isEqualTo("2026-11-21T00:00:00Z");
    assertThat(Parameters.parse(first).at("/models/base/template").asText()).hasSize(64);
    assertThat(Parameters.parse(first).at("/seeds/orders-lora").asInt()).isEqualTo(42);
    assertThat(
            plan(
                    QUICKSTART,
                    List.of("steps.orders-lora.finetune.lora.rank=8"),
                    PastRuns.NONE,
                    Policy.STRICT)
                .run()
                .lockJson())
        .isNotEqualTo(first);
  }

  @Test
  void theClockIsKeptWhileTheModelsStay() {
    MemoryOfRuns past = new MemoryOfRuns();
    past.lock = plan(QUICKSTART, List.of(), PastRuns.NONE, Policy.STRICT).run().lockJson();
    Instant later = NOON.plusSeconds(40L * 86_400);
    assertThat(plan(QUICKSTART, List.of(), past, Policy.STRICT, later).run().lockJson())
        .isEqualTo(past.lock);
    past.lock = past.lock.replaceFirst("\"commit\":\"[0-9a-f]{2}", "\"commit\":\"zz");
    assertThat(plan(QUICKSTART, List.of(), past, Policy.STRICT, later).run().lockJson())
        .contains("\"clock\":\"2026-12-31T00:00:00Z\"");
  }

  @Test
  void aTemplateThatAsksForTheTimePutsTheClockIntoTheKey() throws IOException {
    Path job = small("train: {epochs: 1}");
    Files.writeString(
        folder.resolve("model/chat_template.jinja"), "{{ strftime_now('%d %b %Y') }}");
    JsonNode tune = parameters(plan(job, List.of(), PastRuns.NONE, Policy.STRICT), "tune");
    assertThat(tune.get("clock").asText()).isEqualTo("2026-11-21T00:00:00Z");
  }

  @Test
  void anAdapterIsContinuedWithWhatTheUserWroteOnly() throws IOException {
    Path job = small("init_adapter: start");
    Files.createDirectories(folder.resolve("start"));
    assertThatThrownBy(() -> plan(job, List.of(), PastRuns.NONE, Policy.STRICT))
        .hasMessageContaining("start is no PEFT adapter: adapter_config.json is missing");
    Files.writeString(folder.resolve("start/adapter_config.json"), "{}");
    Plan plan = plan(job, List.of(), PastRuns.NONE, Policy.STRICT);
    assertThat(inputs(plan, "tune")).containsKeys("model", "dataset", "init_adapter");
    assertThat(parameters(plan, "tune").has("lora")).isFalse();
    Plan more = plan(job, List.of("steps.tune.finetune.lora.rank=4"), PastRuns.NONE, Policy.STRICT);
    assertThat(parameters(more, "tune").get("lora").toString()).isEqualTo("{\"rank\":4}");
  }

  @Test
  void modelsMayBeAdaptersAndRecipesMayNameFolders() throws IOException {
    Path job =
        JobFiles.write(
            folder,
            """
            apiVersion: ingot/v1
            name: mixed
            models: {base: {path: model}, style: {path: style}}
            steps:
              mix:
                merge:
                  merge_method: linear
                  models:
                    - {model: style, parameters: {weight: 1}}
                    - {model: ./model, parameters: {weight: 1}}
                    - {model: base+style, parameters: {weight: 1}}
                    - model: {model: {path: base}, lora: style}
                      parameters: {weight: 1}
              again: {quantize: {model: style, types: [F16]}}
            """);
    Files.createDirectories(folder.resolve("style"));
    Files.writeString(
        folder.resolve("style/adapter_config.json"), "{\"base_model_name_or_path\": \"base\"}");
    Plan plan = plan(job, List.of(), PastRuns.NONE, Policy.STRICT);
    assertThat(inputs(plan, "mix"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "style", new InputRef.Output("pull:style"),
                "style/base", new InputRef.Output("pull:base"),
                "./model", new InputRef.Output("pull:.--model"),
                "base+style", new InputRef.Output("pull:style"),
                "base+style/base", new InputRef.Output("pull:base")));
    assertThat(inputs(plan, "again")).containsOnlyKeys("model", "model/base");
    assertThat(inputs(plan, "pull:base").get("source")).isInstanceOf(InputRef.External.class);
  }

  @Test
  void everyShapeOfAReferenceInARecipeIsAnInput() throws IOException {
    Path job =
        JobFiles.write(
            folder,
            """
            apiVersion: ingot/v1
            name: mixed
            models: {one: {path: model}, two: {path: model}, style: {path: style}}
            steps:
              mix:
                merge:
                  merge_method: linear
                  base_model: {path: one}
                  models:
                    - model: {path: two}
                      parameters: {weight: 1}
                    - model: {model: one, lora: {path: style}, override_architecture: X}
                      parameters: {weight: 1}
                  tokenizer:
                    source: {model: {path: two}, lora: style}
                    tokens:
                      model: {source: {path: model}}
                      <a>: {source: {kind: model_token, model: {path: ./model}, token: b}}
                      <z>: {source: {kind: zero}}
            """);
    Files.createDirectories(folder.resolve("style"));
    Files.writeString(
        folder.resolve("style/adapter_config.json"), "{\"base_model_name_or_path\": \"one\"}");
    Plan plan = plan(job, List.of(), PastRuns.NONE, Policy.STRICT);
    assertThat(inputs(plan, "mix"))
        .containsOnlyKeys(
            "one",
            "two",
            "one+style",
            "one+style/base",
            "two+style",
            "two+style/base",
            "model",
            "./model");
    assertThat(inputs(plan, "mix").get("two+style/base"))
        .isEqualTo(new InputRef.Output("pull:two"));
  }

  @Test
  void whatNoRoomCanDoIsRefusedByName() throws IOException {
    Path job = small("method: qlora");
    assertThatThrownBy(() -> plan(job, List.of(), PastRuns.NONE, Policy.STRICT))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
        .hasMessageContaining(
            "job.yaml:10:15: error: steps.tune.finetune.method: qlora is not available yet");
  }

  @Test
  void aSecretThatNothingResolvesIsRefused() {
    assertThatThrownBy(
            () ->
                plan(
                    QUICKSTART,
                    List.of("steps.release.publish.card.summary=secret:HF_TOKEN"),
                    PastRuns.NONE,
                    Policy.STRICT))
        .hasMessageContaining("steps.release.publish.card.summary: no key takes a secret yet");
  }

  @Test
  void aReviewIsLeftOutOnlyWherePolicyAllowsIt() {
    List<String> none = List.of("steps.release.publish.review=none");
    assertThatThrownBy(() -> plan(QUICKSTART, none, PastRuns.NONE, new Policy("path")))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.BLOCKED));
    Plan plan = plan(QUICKSTART, none, PastRuns.NONE, new Policy("always"));
    assertThat(plan.run().steps()).extracting(PlannedStep::kind).doesNotContain("review");
    assertThat(inputs(plan, "release")).doesNotContainKey("review");
  }

  @Test
  void anUnknownLicenseBlocksThePublication() throws IOException {
    Path copy = folder.resolve("copy");
    copy(JOBS, copy);
    Path base = copy.resolve("quickstart/hub/ingot/tiny-base");
    Files.delete(base.resolve("LICENSE"));
    Files.writeString(base.resolve("README.md"), "# No license\n");
    Plan plan = plan(copy.resolve("quickstart.yaml"), List.of(), PastRuns.NONE, Policy.STRICT);
    assertThatThrownBy(plan::requireAllowed)
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.BLOCKED))
        .hasMessageContaining("'release' may not be published to acme/fern-and-bolt-desk")
        .hasMessageContaining("ingot/tiny-base");
  }

  @Test
  void whatDoesNotFitIntoMemoryIsRefusedBeforeTheDownload() {
    machine = new Machine(200_000_000, Long.MAX_VALUE, 2);
    assertThatThrownBy(() -> plan(QUICKSTART, List.of(), PastRuns.NONE, Policy.STRICT))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
        .hasMessageContaining("error: steps.orders-lora: needs about")
        .hasMessageContaining("this machine has 200 MB (")
        .hasMessageContaining("train.batch_size");
    assertThat(folder.resolve("hf")).isDirectoryRecursivelyContaining("glob:**/config.json");
    assertThat(folder.resolve("hf")).isDirectoryNotContaining("glob:**/model.safetensors");
  }

  @Test
  void anArchitectureThatCannotRunIsRefused() throws IOException {
    Path job = small("train: {epochs: 1}");
    Files.writeString(folder.resolve("model/config.json"), "{\"model_type\": \"mamba9\"}");
    assertThatThrownBy(() -> plan(job, List.of(), PastRuns.NONE, Policy.STRICT))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
        .hasMessageContaining("job.yaml:3:16: error: models.base: cannot be used by finetune step")
        .hasMessageContaining("'mamba9'");
  }

  @Test
  void picklesAreRefused() throws IOException {
    Path copy = folder.resolve("copy");
    copy(JOBS, copy);
    Path base = copy.resolve("quickstart/hub/ingot/tiny-base");
    Files.move(base.resolve("model.safetensors"), base.resolve("pytorch_model.bin"));
    assertThatThrownBy(
            () -> plan(copy.resolve("quickstart.yaml"), List.of(), PastRuns.NONE, Policy.STRICT))
        .hasMessageContaining("pickle");
  }

  @Test
  void anEmptyDatasetIsRefused() throws IOException {
    Path job = small("train: {epochs: 1}");
    Files.writeString(folder.resolve("chat.jsonl"), "\n\n");
    assertThatThrownBy(() -> plan(job, List.of(), PastRuns.NONE, Policy.STRICT))
        .hasMessageContaining("dataset 'chat'")
        .hasMessageContaining("is empty");
  }

  @Test
  void theHubsAnswersPassThrough() {
    assertThatThrownBy(
            () ->
                plan(
                    QUICKSTART,
                    List.of("models.base={hub: ingot/none}"),
                    PastRuns.NONE,
                    Policy.STRICT))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
  }

  private Path small(String more) throws IOException {
    return JobFiles.write(
        folder,
        """
        apiVersion: ingot/v1
        name: small
        models: {base: {path: model}}
        datasets: {chat: {path: chat.jsonl, format: messages}}
        steps:
          tune:
            finetune:
              model: base
              dataset: chat
              %s
        """
            .formatted(more));
  }

  private static Map<String, InputRef> inputs(Plan plan, String step) {
    return step(plan, step).inputs();
  }

  private static JsonNode parameters(Plan plan, String step) {
    return Parameters.parse(step(plan, step).parametersJson());
  }

  private static PlannedStep step(Plan plan, String name) {
    return plan.run().steps().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private Plan plan(Path file, List<String> overrides, PastRuns past, Policy policy) {
    return plan(file, overrides, past, policy, NOON);
  }

  private Plan plan(Path file, List<String> overrides, PastRuns past, Policy policy, Instant now) {
    JobSpec job = JobCheck.read(JobFiles.reader(), file, overrides);
    Map<String, String> environment = Map.of("HF_HOME", folder.resolve("hf").toString());
    try (HubSession session =
        HubSession.open(job, new IngotHome(folder.resolve("home")), environment)) {
      LicenseEngine licenses = LicenseEngine.standard();
      return new Planner(
              session.hub(), past, FakeStep.registry(1), policy, licenses, "0.1.0", machine, now)
          .plan(job);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var walk = Files.walk(from)) {
      for (Path path : walk.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }
}

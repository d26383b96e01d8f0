package io.ingot.job.planner;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.job.HubSession;
import io.ingot.job.JobFiles;
import io.ingot.job.JobSpec;
import io.ingot.license.LicenseEngine;
import io.ingot.run.InputRef;
import io.ingot.run.PlannedStep;
import io.ingot.step.Parameters;
import io.ingot.store.IngotHome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatrixPlanTest {
  private static final Path BAKEOFF =
      Path.of(System.getProperty("ingot.root"), "jobs/merge-bakeoff.yaml");

  private final MemoryOfRuns past = new MemoryOfRuns();

  @TempDir Path folder;

  @Test
  void membersShareWhatStandsBeforeThem() {
    Plan plan = plan(BAKEOFF, List.of());
    assertThat(plan.run().steps())
        .extracting(PlannedStep::name)
        .containsExactly(
            "pull:base",
            "orders-lora",
            "tickets-lora",
            "blend.linear",
            "blend.slerp",
            "blend.task_arithmetic",
            "blend.ties",
            "blend.dare_ties",
            "blend.della",
            "blend.breadcrumbs",
            "quality");
    assertThat(step(plan, "blend.linear").inputs())
        .containsEntry("orders-lora", new InputRef.Output("orders-lora"))
        .doesNotContainKey("base");
    assertThat(step(plan, "blend.ties").inputs())
        .containsEntry("orders-lora", new InputRef.Output("orders-lora"))
        .containsEntry("tickets-lora/base", new InputRef.Output("pull:base"))
        .containsEntry("base", new InputRef.Output("pull:base"));
    assertThat(step(plan, "quality").inputs())
        .containsEntry("model:blend.slerp", new InputRef.Output("blend.slerp"));
    JsonNode quality = Parameters.parse(step(plan, "quality").parametersJson());
    assertThat(quality.at("/matrices").toString()).isEqualTo("[\"blend\"]");
    assertThat(quality.at("/models").size()).isEqualTo(10);
  }

  @Test
  void aChangedValueReachesItsMemberOnly() {
    past.ran(plan(BAKEOFF, List.of()).run());
    assertThat(misses(List.of())).isEmpty();
    assertThat(misses(List.of("steps.blend.matrix.method.della.parameters.epsilon=0.2")))
        .containsExactly(
            "blend.della: merge.recipe.parameters.epsilon changed 0.1 -> 0.2",
            "quality: blend.della is made anew");
    assertThat(misses(List.of("steps.blend.matrix.method.ties_half={merge_method: ties}")))
        .containsExactly(
            "blend.ties_half: never ran in job merge-bakeoff",
            "quality: evaluate.models changed +blend.ties_half, input model:blend.ties_half is new");
  }

  @Test
  void aNewPointOfASweepIsAllThatIsNew() throws IOException {
    String sweep =
        """
        apiVersion: ingot/v1
        name: sweep
        models: {base: {path: model}}
        datasets: {chat: {path: chat.jsonl, format: messages}}
        steps:
          tune: {finetune: {model: base, dataset: chat}}
          blend:
            matrix: {density: [0.3, 0.5]}
            merge:
              merge_method: ties
              base_model: base
              models: [{model: tune, parameters: {density: "${matrix.density}"}}]
        """;
    past.ran(plan(JobFiles.write(folder, sweep), List.of()).run());
    Path changed = JobFiles.write(folder, sweep.replace("0.5", "0.7"));
    assertThat(misses(changed, List.of()))
        .containsExactly("blend.density=0.7: never ran in job sweep");
    Path spelled = JobFiles.write(folder, sweep.replace("0.5", "0.50"));
    assertThat(misses(spelled, List.of())).as("what counts is the merge, not its name").isEmpty();
  }

  @Test
  void thePlanShowsMembersTogether() {
    past.ran(plan(BAKEOFF, List.of()).run());
    Plan plan = plan(BAKEOFF, List.of("steps.blend.matrix.method.della.parameters.epsilon=0.2"));
    PlanReport report = new PlanReport(plan, CacheForecast.of(plan.run(), past), List.of());
    assertThat(report.lines())
        .contains(
            "  blend         merge     7 members over method; all from orders-lora, pull:base,"
                + " tickets-lora",
            "    linear, slerp, task_arithmetic, ties, dare_ties, breadcrumbs: cached: same inputs,"
                + " same parameters",
            "    della: miss because merge.recipe.parameters.epsilon changed 0.1 -> 0.2")
        .anyMatch(line -> line.matches(" {2}blend +3\\d\\d MB +7 MB +~1 s"))
        .noneMatch(line -> line.startsWith("  blend.della"));
    JsonNode json = report.json().path("steps");
    assertThat(json.valueStream().filter(s -> s.path("matrix").asText().equals("blend")))
        .hasSize(7);

    Plan fresh = plan(BAKEOFF, List.of());
    assertThat(
            new PlanReport(fresh, CacheForecast.of(fresh.run(), PastRuns.NONE), List.of()).lines())
        .anyMatch(line -> line.matches(" {2}blend +3\\d\\d MB +5\\d MB +~\\d s {2}\\(7 steps\\)"));
  }

  @Test
  void everyMemberIsSurveyedAndTheListingIsShort() throws IOException {
    String densities =
        IntStream.range(1, 20).mapToObj(i -> "0.%02d".formatted(i + 10)).collect(joining(", "));
    String sweep =
        """
        apiVersion: ingot/v1
        name: sweep
        models: {base: {path: model}}
        datasets: {chat: {path: chat.jsonl, format: messages}}
        steps:
          tune: {finetune: {model: base, dataset: chat}}
          blend:
            matrix: {density: [DENSITIES]}
            merge:
              merge_method: ties
              base_model: base
              models: [{model: tune, parameters: {weight: 1, density: "${matrix.density}"}}]
        """;
    // The model has no weights, so no merge can be made.
    Path file = JobFiles.write(folder, sweep.replace("DENSITIES", densities));
    List<MergeSurvey> broken = surveys(file);
    assertThat(broken).hasSize(19).allMatch(MergeSurvey::failed);
    assertThatThrownBy(() -> MergeSurvey.requirePossible(broken))
        .hasMessageContaining("blend.density=0.29: tune: ")
        .hasMessageContaining("holds no weights");
    assertThat(merges(file, broken))
        .filteredOn(line -> line.startsWith("  blend."))
        .as("errors are never hidden")
        .hasSize(19);
    List<MergeSurvey> fine =
        broken.stream().map(s -> new MergeSurvey(s.step(), Optional.empty(), "later")).toList();
    MergeSurvey.requirePossible(fine);
    assertThat(merges(file, fine))
        .hasSize(13)
        .last()
        .asString()
        .contains("and 7 more without errors");
  }

  private List<MergeSurvey> surveys(Path file) {
    JobSpec job = JobCheck.read(JobFiles.reader(), file, List.of());
    Map<String, String> environment = Map.of("HF_HOME", folder.resolve("hf").toString());
    try (HubSession session =
        HubSession.open(job, new IngotHome(folder.resolve("home")), environment)) {
      return MergeSurvey.of(plan(file, List.of()), session.hub());
    }
  }

  /** What the plan shows below "merges". */
  private List<String> merges(Path file, List<MergeSurvey> surveys) {
    Plan plan = plan(file, List.of());
    PlanReport report =
        new PlanReport(plan, CacheForecast.of(plan.run(), past), List.of(), surveys);
    return report.lines().stream()
        .dropWhile(line -> !line.equals("merges"))
        .skip(1)
        .takeWhile(line -> !line.isEmpty())
        .toList();
  }

  private List<String> misses(List<String> overrides) {
    return misses(BAKEOFF, overrides);
  }

  private List<String> misses(Path file, List<String> overrides) {
    Plan plan = plan(file, overrides);
    return CacheForecast.of(plan.run(), past).entrySet().stream()
        .filter(entry -> entry.getValue().answer() == CacheForecast.Answer.MISS)
        .map(entry -> entry.getKey() + ": " + entry.getValue().reason())
        .toList();
  }

  private static PlannedStep step(Plan plan, String name) {
    return plan.run().steps().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private Plan plan(Path file, List<String> overrides) {
    JobSpec job = JobCheck.read(JobFiles.reader(), file, overrides);
    Map<String, String> environment = Map.of("HF_HOME", folder.resolve("hf").toString());
    try (HubSession session =
        HubSession.open(job, new IngotHome(folder.resolve("home")), environment)) {
      return new Planner(
              session.hub(),
              past,
              FakeStep.registry(1),
              Policy.STRICT,
              LicenseEngine.standard(),
              "0.1.0",
              Machine.UNLIMITED,
              Instant.parse("2026-11-21T12:34:56Z"))
          .plan(job);
    }
  }
}

package io.ingot.job.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.job.planner.CacheForecast.Answer;
import io.ingot.run.InputRef;
import io.ingot.run.PlannedStep;
import io.ingot.run.RunPlan;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class CacheForecastTest {
  private final MemoryOfRuns past = new MemoryOfRuns();

  @Test
  void theFirstTimeNothingIsThere() {
    assertThat(reasons(plan("{\"lora\":{\"rank\":16}}", "aa", 1)))
        .containsExactly(
            Map.entry("tune", "MISS never ran in job desk"),
            Map.entry("other", "MISS never ran in job desk"),
            Map.entry("merge", "MISS never ran in job desk"),
            Map.entry("review", "ASKED asks a person: merge is made anew"),
            Map.entry("publish", "ASKED publishes, unless exactly this is published already"));
  }

  @Test
  void theSecondTimeEverythingIs() {
    past.ran(plan("{\"lora\":{\"rank\":16}}", "aa", 1));
    assertThat(reasons(plan("{\"lora\":{\"rank\":16}}", "aa", 1)))
        .containsExactly(
            Map.entry("tune", "HIT same inputs, same parameters"),
            Map.entry("other", "HIT same inputs, same parameters"),
            Map.entry("merge", "HIT same inputs, same parameters"),
            Map.entry("review", "ASKED asks a person, unless exactly this was approved before"),
            Map.entry("publish", "ASKED publishes, unless exactly this is published already"));
  }

  @Test
  void aChangeIsNamedAndReachesWhatDependsOnIt() {
    past.ran(plan("{\"lora\":{\"rank\":16},\"train\":{\"epochs\":1}}", "aa", 1));
    assertThat(reasons(plan("{\"lora\":{\"rank\":8},\"train\":{}}", "aa", 1)))
        .containsEntry(
            "tune",
            "MISS finetune.lora.rank changed 16 -> 8, finetune.train.epochs changed 1 -> nothing")
        .containsEntry("other", "HIT same inputs, same parameters")
        .containsEntry("merge", "MISS tune is made anew");
    assertThat(reasons(plan("{\"lora\":{\"rank\":16},\"train\":{\"epochs\":1}}", "bb", 1)))
        .containsEntry("tune", "MISS input dataset changed (rows.jsonl)");
    assertThat(reasons(plan("{\"lora\":{\"rank\":16},\"train\":{\"epochs\":1}}", "aa", 2)))
        .containsEntry("tune", "MISS step version changed 1 -> 2");
    past.outputs.clear();
    assertThat(reasons(plan("{\"lora\":{\"rank\":16},\"train\":{\"epochs\":1}}", "aa", 1)))
        .containsEntry("tune", "MISS its output is not in the store any more");
  }

  private Map<String, String> reasons(RunPlan plan) {
    Map<String, String> reasons = new LinkedHashMap<>();
    CacheForecast.of(plan, past)
        .forEach((step, f) -> reasons.put(step, f.answer() + " " + f.reason()));
    assertThat(CacheForecast.of(plan, past).values())
        .allSatisfy(f -> assertThat(f.output().isPresent()).isEqualTo(f.answer() == Answer.HIT));
    return reasons;
  }

  private static RunPlan plan(String parameters, String data, int version) {
    InputRef rows = new InputRef.External(data, Path.of("/data/rows.jsonl"));
    InputRef same = new InputRef.External("cc", Path.of("/data/other.jsonl"));
    return new RunPlan(
        "desk",
        Path.of("desk.yaml"),
        "{}",
        List.of(
            step("tune", "finetune", version, parameters, Map.of("dataset", rows)),
            step("other", "finetune", 1, "{}", Map.of("dataset", same)),
            step(
                "merge",
                "merge",
                1,
                "{}",
                Map.of("a", new InputRef.Output("tune"), "b", new InputRef.Output("other"))),
            step("review", "review", 1, "{}", Map.of("card", new InputRef.Output("merge"))),
            step("publish", "publish", 1, "{}", Map.of("card", new InputRef.Output("merge")))));
  }

  private static PlannedStep step(
      String name, String kind, int version, String parameters, Map<String, InputRef> inputs) {
    SequencedMap<String, InputRef> ordered = new LinkedHashMap<>(inputs);
    boolean pure = !kind.equals("review") && !kind.equals("publish");
    return new PlannedStep(name, kind, version, pure, "cpu", parameters, ordered);
  }
}

package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepOutcome;
import io.ingot.step.exec.StepRegistry;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A kind of step that is planned but never run. */
record FakeStep(String kind, int version, boolean pure) implements Step {
  @Override
  public SortedMap<String, String> unsupported(JsonNode parameters) {
    SortedMap<String, String> refused = new TreeMap<>();
    if (parameters.path("method").asText().equals("qlora")) {
      refused.put("method", "qlora is not available yet; use lora");
    }
    return refused;
  }

  @Override
  public StepOutcome run(StepContext context) {
    throw new IllegalStateException("only planned");
  }

  /** All kinds; finetune in this version. */
  static StepRegistry registry(int finetune) {
    List<Step> steps =
        Stream.of("pull", "merge", "quantize", "evaluate", "card", "review", "publish")
            .<Step>map(
                kind -> new FakeStep(kind, 1, !kind.equals("review") && !kind.equals("publish")))
            .toList();
    return new StepRegistry(
        Stream.concat(steps.stream(), Stream.of(new FakeStep("finetune", finetune, true)))
            .toList());
  }
}

package io.ingot.job.planner;

import io.ingot.job.JobSpec;
import io.ingot.job.StepKind;
import io.ingot.job.StepSpec;
import java.util.Map;

/** From names to the models that they go back to. */
record Roots(JobSpec job, Map<String, PinnedModel> models) {

  /** Over bases of adapters, models of steps, first inputs of merges. */
  PinnedModel of(String name) {
    StepSpec step = job.steps().get(name);
    if (step == null) {
      PinnedModel model = models.get(name);
      if (model == null) {
        throw new IllegalArgumentException("no model " + name);
      }
      return model.base().map(this::of).orElse(model);
    }
    String next =
        step.kind() == StepKind.MERGE
            ? References.of(job, step).getFirst().name()
            : step.body().get("model").asText();
    return of(MergeSource.own(job, next));
  }
}

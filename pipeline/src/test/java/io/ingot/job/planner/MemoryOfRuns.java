package io.ingot.job.planner;

import io.ingot.run.CacheKey;
import io.ingot.run.InputRef;
import io.ingot.run.PlannedStep;
import io.ingot.run.RunPlan;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Runs that only happened in memory: every step made an artifact named after its key. */
final class MemoryOfRuns implements PastRuns {
  @Nullable String lock;
  final Map<String, String> outputs = new HashMap<>();
  final Map<String, PastStep> steps = new HashMap<>();

  /** As if the plan had been run; returns this. */
  MemoryOfRuns ran(RunPlan plan) {
    lock = plan.lockJson();
    Map<String, String> made = new HashMap<>();
    for (PlannedStep step : plan.steps()) {
      SortedMap<String, String> digests = new TreeMap<>();
      step.inputs()
          .forEach(
              (role, ref) ->
                  digests.put(
                      role,
                      switch (ref) {
                        case InputRef.External external -> external.digest();
                        case InputRef.Output output -> made.getOrDefault(output.step(), "none");
                      }));
      String key = CacheKey.of(step.kind(), step.version(), step.parametersJson(), digests);
      made.put(step.name(), "output of " + key);
      if (step.pure()) {
        outputs.put(key, "output of " + key);
      }
      steps.put(
          plan.jobName() + "/" + step.name(),
          new PastStep(step.kind(), step.version(), step.parametersJson(), digests));
    }
    return this;
  }

  @Override
  public Optional<String> output(String cacheKey) {
    return Optional.ofNullable(outputs.get(cacheKey));
  }

  @Override
  public Optional<PastStep> lastFinished(String job, String step) {
    return Optional.ofNullable(steps.get(job + "/" + step));
  }

  @Override
  public Optional<String> lastLock(String job) {
    return Optional.ofNullable(lock);
  }
}

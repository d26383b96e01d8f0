package io.ingot.run;

import java.util.TreeMap;

/** The identity of a plan: equal digests mean the same job with the same work. */
public final class PlanDigest {
  private PlanDigest() {}

  /** SHA-256 in hexadecimal over the lock and the steps. */
  public static String of(RunPlan plan) {
    TreeMap<String, String> parts = new TreeMap<>();
    for (PlannedStep step : plan.steps()) {
      TreeMap<String, String> inputs = new TreeMap<>();
      step.inputs()
          .forEach(
              (role, ref) ->
                  inputs.put(
                      role,
                      switch (ref) {
                        case InputRef.Output output -> "step " + output.step();
                        case InputRef.External external -> "external " + external.digest();
                      }));
      parts.put(
          step.name(), CacheKey.of(step.kind(), step.version(), step.parametersJson(), inputs));
    }
    return CacheKey.of(plan.jobName(), 1, plan.lockJson(), parts);
  }
}

package io.ingot.job.planner;

import io.ingot.run.CacheKey;
import io.ingot.run.InputRef;
import io.ingot.run.PlannedStep;
import io.ingot.run.RunPlan;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Says of every step of a plan whether the cache will answer, and if not, why. */
public final class CacheForecast {
  /** What will happen to a step. */
  public enum Answer {
    /** The output is there. */
    HIT,
    /** The step will run. */
    MISS,
    /** Whether it runs is decided when its inputs are there, or by a person. */
    ASKED
  }

  /**
   * The forecast of one step.
   *
   * @param reason for a person
   * @param output digest of the artifact, of a hit
   */
  public record Forecast(Answer answer, String reason, Optional<String> output) {}

  private final RunPlan plan;
  private final PastRuns past;
  private final SequencedMap<String, Forecast> forecasts = new LinkedHashMap<>();

  private CacheForecast(RunPlan plan, PastRuns past) {
    this.plan = plan;
    this.past = past;
  }

  /** Forecasts by step, in the order of the plan. */
  public static SequencedMap<String, Forecast> of(RunPlan plan, PastRuns past) {
    CacheForecast forecast = new CacheForecast(plan, past);
    for (PlannedStep step : plan.steps()) {
      forecast.forecasts.put(step.name(), forecast.of(step));
    }
    return forecast.forecasts;
  }

  private Forecast of(PlannedStep step) {
    TreeMap<String, String> digests = new TreeMap<>();
    String remade = null;
    for (Map.Entry<String, InputRef> input : step.inputs().entrySet()) {
      switch (input.getValue()) {
        case InputRef.External external -> digests.put(input.getKey(), external.digest());
        case InputRef.Output output -> {
          Optional<String> digest = output(output.step());
          digest.ifPresent(d -> digests.put(input.getKey(), d));
          if (digest.isEmpty() && remade == null) {
            remade = output.step();
          }
        }
      }
    }
    Optional<PastRuns.PastStep> before = past.lastFinished(plan.jobName(), step.name());
    if (!step.pure()) {
      return new Forecast(Answer.ASKED, asked(step, remade), Optional.empty());
    }
    if (remade == null) {
      String key = CacheKey.of(step.kind(), step.version(), step.parametersJson(), digests);
      Optional<String> output = past.output(key);
      if (output.isPresent()) {
        return new Forecast(Answer.HIT, "same inputs, same parameters", output);
      }
    }
    return new Forecast(
        Answer.MISS,
        MissReason.of(plan.jobName(), step, digests, remade, before),
        Optional.empty());
  }

  private Optional<String> output(String step) {
    Forecast forecast = forecasts.get(step);
    return forecast == null ? Optional.empty() : forecast.output();
  }

  private static String asked(PlannedStep step, @Nullable String remade) {
    return switch (step.kind()) {
      case "review" ->
          remade == null
              ? "asks a person, unless exactly this was approved before"
              : "asks a person: " + remade + " is made anew";
      case "publish" -> "publishes, unless exactly this is published already";
      default -> "always runs";
    };
  }
}

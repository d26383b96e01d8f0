package io.ingot.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.ingot.step.Default;
import io.ingot.step.Doc;
import org.jspecify.annotations.Nullable;

/** When a server starts the job by itself. */
@Doc("When a server starts the job by itself.")
public record ScheduleEntry(
    @Doc("Minute, hour, day of month, month, day of week.") String cron,
    @Doc("Time zone of the cron expression.") @Default("UTC") String zone,
    @Doc("Which missed times are made up for.") @Default("latest") Catchup catchup,
    @Doc("Start only when something changed.") @JsonProperty("only_if") @Nullable OnlyIf onlyIf) {
  /** What happens to missed times. */
  public enum Catchup {
    NONE,
    LATEST,
    ALL
  }

  /** Conditions of a start. */
  public enum OnlyIf {
    @Doc("A model, a dataset or the job file itself changed since the last run.")
    @JsonProperty("inputs-changed")
    INPUTS_CHANGED
  }
}

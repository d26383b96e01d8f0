package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.job.JobSpec;
import io.ingot.step.Parameters;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The time that chat templates see. It is part of the lock, so that the same lock renders the same
 * text. It begins as midnight UTC of the day of the first run and is kept from the last lock of the
 * job as long as the models and their templates are the same: otherwise every run would train
 * everything anew whose template prints a date.
 */
final class Clock {
  private Clock() {}

  /**
   * ISO instant.
   *
   * @param sources with every model of the job pinned
   */
  static String of(JobSpec job, Sources sources, PastRuns past, Instant now) {
    return kept(job, sources, past).orElseGet(() -> now.truncatedTo(ChronoUnit.DAYS).toString());
  }

  private static Optional<String> kept(JobSpec job, Sources sources, PastRuns past) {
    Optional<String> last = past.lastLock(job.name());
    if (last.isEmpty()) {
      return Optional.empty();
    }
    JsonNode lock = Parameters.parse(last.get());
    for (PinnedModel model : sources.models().values()) {
      if (!lock.path("models").path(model.name()).equals(Lock.model(model))) {
        return Optional.empty();
      }
    }
    String clock = lock.path("clock").asText();
    try {
      return Optional.of(Instant.parse(clock).toString());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}

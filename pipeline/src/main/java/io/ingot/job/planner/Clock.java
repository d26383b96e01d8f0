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
  private final JobSpec job;
  private final Sources sources;
  private final PastRuns past;
  private final Instant now;

  Clock(JobSpec job, Sources sources, PastRuns past, Instant now) {
    this.job = job;
    this.sources = sources;
    this.past = past;
    this.now = now;
  }

  /** ISO instant; asked for once every model that counts is pinned. */
  String value() {
    return kept().orElseGet(() -> now.truncatedTo(ChronoUnit.DAYS).toString());
  }

  private Optional<String> kept() {
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

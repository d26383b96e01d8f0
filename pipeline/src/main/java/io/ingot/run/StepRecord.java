package io.ingot.run;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A step as it is in the database.
 *
 * @param fence number of the newest claim; whoever holds a smaller one has lost the step
 * @param attempts claims that count towards the limit
 * @param progress what the running attempt said last
 * @param outputDigest the artifact, when the step has one
 * @param reason why it is cached, failed, skipped or waits; or a note of what was done
 * @param startedAt start of the newest attempt
 */
public record StepRecord(
    String run,
    String name,
    String kind,
    int version,
    boolean pure,
    String pool,
    String parametersJson,
    StepState state,
    int fence,
    int attempts,
    @Nullable String progress,
    @Nullable String cacheKey,
    @Nullable String outputDigest,
    @Nullable String reason,
    @Nullable FailureCode errorCode,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt) {

  /** How long the newest attempt took; zero while it has not ended. */
  public double seconds() {
    return startedAt == null || endedAt == null
        ? 0
        : Math.max(0, Duration.between(startedAt, endedAt).toMillis() / 1000.0);
  }
}

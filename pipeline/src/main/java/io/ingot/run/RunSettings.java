package io.ingot.run;

import java.time.Duration;

/**
 * Times and limits of the engine.
 *
 * @param lease how long a claim holds without a heartbeat
 * @param maxAttempts failures after which a step has failed for good
 * @param backoff wait before the second attempt; doubles with each further one
 * @param ringAgain age at which a READY step is rung for again
 */
public record RunSettings(Duration lease, int maxAttempts, Duration backoff, Duration ringAgain) {
  /** Four heartbeats of 15 s may be missed. */
  public static final RunSettings DEFAULT =
      new RunSettings(Duration.ofSeconds(60), 3, Duration.ofSeconds(2), Duration.ofSeconds(10));
}

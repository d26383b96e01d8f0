package io.ingot.hub;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * How often and after which pauses something is tried again: exponentially from one second to
 * eight, with jitter, unless the server says how long.
 *
 * @param tries how many times in a row without progress, the first included
 * @param patience the longest pause that a server may ask for
 * @param jitter random numbers in [0, 1)
 */
record RetryPolicy(int tries, Duration patience, Sleeper sleeper, DoubleSupplier jitter) {
  private static final long FIRST_MILLIS = 1000;
  private static final long LONGEST_MILLIS = 8000;

  /** Waits; tests do not. */
  @FunctionalInterface
  interface Sleeper {
    void sleep(Duration pause) throws InterruptedException;
  }

  static RetryPolicy standard() {
    return new RetryPolicy(6, Duration.ofMinutes(6), Thread::sleep, Math::random);
  }

  /** The pause after the {@code failures}-th failure in a row, counted from one. */
  Duration pause(int failures, Optional<Duration> asked) {
    long base = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures - 1, 10));
    long jittered = Math.round(base * (0.5 + jitter.getAsDouble() / 2));
    // Everyone was told the same moment: spread beyond it, never before it.
    return asked
        .map(a -> a.plusMillis(Math.round(500 * jitter.getAsDouble())))
        .orElse(Duration.ofMillis(jittered));
  }

  void sleep(Duration pause) {
    try {
      sleeper.sleep(pause);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  static IngotException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IngotException(ErrorKind.INTERRUPTED, "interrupted while talking to the Hub", e);
  }
}

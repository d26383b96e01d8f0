package io.ingot.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A failure that may go away by itself: a broken connection, a busy server, an expired link. */
final class TransientFailure extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Duration wait;

  TransientFailure(String message, Optional<Duration> wait, @Nullable Throwable cause) {
    super(message, cause);
    this.wait = wait.orElse(null);
  }

  /** How long the server asked to wait. */
  Optional<Duration> asked() {
    return Optional.ofNullable(wait);
  }
}

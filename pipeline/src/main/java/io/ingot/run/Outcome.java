package io.ingot.run;

/** How an attempt ended. */
public enum Outcome {
  /** It has not ended. */
  RUNNING,
  DONE,
  CACHED,
  IN_REVIEW,
  FAILED,
  /** Its process died or froze: the lease ran out. */
  LOST,
  /** The engine was stopped in good order; the attempt does not count. */
  RELEASED,
  CANCELLED
}

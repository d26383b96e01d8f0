package io.ingot.run;

/** Why a step failed, as far as the engine must act differently. */
public enum FailureCode {
  /** The work itself says no: bad data, a failed gate, a bug. Trying again changes nothing. */
  WORK(false),
  /** The machine or the network; may go away. */
  INFRASTRUCTURE(true),
  /** The memory was not enough. */
  OUT_OF_MEMORY(false),
  /** The process of the step was killed from outside or crashed. */
  KILLED(true),
  /** The engine that ran it is gone. */
  LOST(true),
  /** A person rejected what was to be published. */
  REJECTED(false);

  private final boolean retryable;

  FailureCode(boolean retryable) {
    this.retryable = retryable;
  }

  public boolean retryable() {
    return retryable;
  }
}

package io.ingot.run;

/** States of a run. */
public enum RunState {
  /** Something can be done, or is being done. */
  RUNNING,
  /** Everything that is left waits for a person. */
  IN_REVIEW,
  DONE,
  FAILED,
  CANCELLED;

  /** Whether nothing will ever change again. */
  public boolean isFinal() {
    return this == DONE || this == FAILED || this == CANCELLED;
  }
}

package io.ingot.run;

/** States of a step. */
public enum StepState {
  /** A predecessor is not finished. */
  WAITING,
  /** To be claimed. */
  READY,
  /** Claimed; the lease says until when. */
  RUNNING,
  /** A person decides; no thread and no lease is held. */
  IN_REVIEW,
  DONE,
  /** An earlier output stands for it. */
  CACHED,
  FAILED,
  /** A predecessor failed. */
  SKIPPED,
  CANCELLED;

  /** Whether successors may use its output. */
  public boolean hasOutput() {
    return this == DONE || this == CACHED;
  }

  /** Whether it changes no more. */
  public boolean isFinal() {
    return hasOutput() || this == FAILED || this == SKIPPED || this == CANCELLED;
  }
}

package io.ingot.step.exec;

import io.ingot.progress.Progress;
import io.ingot.run.StepState;

/** Hears how a run goes. Implementations are thread-safe and fast. */
public interface RunListener {
  /** Hears nothing. */
  RunListener NONE = new RunListener() {};

  /**
   * A step changed.
   *
   * @param text the reason or note, may be empty
   * @param seconds that the attempt took; 0 when it begins
   */
  default void changed(String run, String step, StepState state, String text, double seconds) {}

  /** Where a step reports its progress. */
  default Progress progress(String run, String step) {
    return Progress.NONE;
  }
}

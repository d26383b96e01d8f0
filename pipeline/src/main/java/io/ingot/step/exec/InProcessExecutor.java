package io.ingot.step.exec;

import io.ingot.progress.Progress;
import io.ingot.step.Step;
import io.ingot.step.StepOutcome;

/** Runs a step on the calling thread, which is interrupted when the step has to stop. */
final class InProcessExecutor {
  private final StepServices services;

  InProcessExecutor(StepServices services) {
    this.services = services;
  }

  StepOutcome execute(
      Step step, WorkOrder order, Progress progress, Interruption interruption, AttemptLog log)
      throws StepFailure, InterruptedException {
    interruption.guard(Thread.currentThread());
    try {
      return step.run(new WorkContext(order, progress, interruption, services));
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | OutOfMemoryError | StackOverflowError | LinkageError e) {
      if (interruption.reason() != null) {
        // Channels that an interrupt closes throw what they like.
        throw (InterruptedException)
            new InterruptedException(String.valueOf(e.getMessage())).initCause(e);
      }
      log.stackTrace(e);
      throw StepFailure.of(e);
    } finally {
      interruption.release();
    }
  }
}

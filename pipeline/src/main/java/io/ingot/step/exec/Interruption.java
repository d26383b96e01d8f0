package io.ingot.step.exec;

import org.jspecify.annotations.Nullable;

/** Stops a running step from outside, and remembers why. Thread-safe. */
final class Interruption {
  /** Why a step has to stop. */
  enum Reason {
    /** The run was cancelled. */
    CANCELLED,
    /** The engine stops; the step will go on later. */
    STOPPING,
    /** Another engine has the step, or might have. */
    LOST
  }

  private @Nullable Thread worker;
  private volatile @Nullable Reason reason;

  /** From now on this thread is interrupted. */
  synchronized void guard(Thread thread) {
    worker = thread;
    if (reason != null) {
      thread.interrupt();
    }
  }

  /** The thread does other things again; an interrupt that is on its way is taken back. */
  synchronized void release() {
    worker = null;
    boolean _ = Thread.interrupted();
  }

  /** Only the first reason counts. */
  synchronized void raise(Reason why) {
    if (reason == null) {
      reason = why;
      if (worker != null) {
        worker.interrupt();
      }
    }
  }

  @Nullable Reason reason() {
    return reason;
  }

  void check() throws InterruptedException {
    if (reason != null) {
      throw new InterruptedException("stopped: " + reason);
    }
  }
}

package io.ingot.progress;

/** Asked between tensors, and a few times a second, by long work. */
@FunctionalInterface
public interface Cancellation {
  /** Never. */
  Cancellation NONE = () -> {};

  /** Throws when the work is to be given up. */
  void check() throws InterruptedException;
}

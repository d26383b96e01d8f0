package io.ingot.merge;

/** Polled between tensors. */
@FunctionalInterface
public interface Cancellation {
  /** Never. */
  Cancellation NONE = () -> {};

  /** Throws when the work is to be given up. */
  void check() throws InterruptedException;
}

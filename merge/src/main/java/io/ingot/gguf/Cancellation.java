package io.ingot.gguf;

/** Asked a few times a second by long work. */
@FunctionalInterface
public interface Cancellation {
  /** Never cancels. */
  Cancellation NONE = () -> {};

  /** Throws when the work is no longer wanted. */
  void check() throws InterruptedException;
}

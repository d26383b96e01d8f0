package io.ingot.cli;

import io.ingot.error.ErrorKind;
import io.ingot.step.exec.Signals;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * SIGINT and SIGTERM while something runs: the first one stops it in good order, a second one ends
 * the process at once. Outside of that they end the process.
 */
final class Interrupts implements AutoCloseable {
  private static final Runnable END =
      () -> Runtime.getRuntime().halt(ErrorKind.INTERRUPTED.exitCode());
  private static final AtomicReference<Runnable> CURRENT = new AtomicReference<>(END);
  private static final AtomicBoolean INSTALLED = new AtomicBoolean();

  private Interrupts() {}

  /** Calls {@code stop} at the first signal until this is closed. */
  static Interrupts to(Runnable stop) {
    CURRENT.set(stop);
    if (INSTALLED.compareAndSet(false, true)) {
      Signals.on("INT", Interrupts::signal);
      Signals.on("TERM", Interrupts::signal);
    }
    return new Interrupts();
  }

  /** What a signal does. */
  static void signal() {
    CURRENT.getAndSet(END).run();
  }

  @Override
  public void close() {
    CURRENT.set(END);
  }
}

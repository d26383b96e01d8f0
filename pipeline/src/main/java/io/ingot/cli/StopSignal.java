package io.ingot.cli;

import io.ingot.progress.Cancellation;
import java.util.concurrent.atomic.AtomicBoolean;

/** Gives a merge up in good order at the first SIGINT or SIGTERM, until it is closed. */
final class StopSignal implements Cancellation, AutoCloseable {
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final Interrupts interrupts = Interrupts.to(() -> stopped.set(true));

  @Override
  public void check() throws InterruptedException {
    if (stopped.get()) {
      throw new InterruptedException();
    }
  }

  @Override
  public void close() {
    interrupts.close();
  }
}

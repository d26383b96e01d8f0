package io.ingot.step.exec;

import io.ingot.progress.Progress;
import java.io.PrintStream;

/** Progress of a child process as messages; many small steps are sent as one. Thread-safe. */
final class ChildProgress implements Progress {
  private static final long SEND_NANOS = 100_000_000L;

  private final PrintStream messages;
  private long pending;
  private String detail = "";
  private boolean detailPending;
  private long sent;

  ChildProgress(PrintStream messages) {
    this.messages = messages;
  }

  @Override
  public synchronized void begin(String label, long total, Unit unit) {
    flush();
    print(new ChildProtocol.Message.Begin(label, total, unit));
  }

  @Override
  public synchronized void advance(long amount) {
    pending += amount;
    if (System.nanoTime() - sent >= SEND_NANOS) {
      flush();
    }
  }

  @Override
  public synchronized void detail(String text) {
    detail = text;
    detailPending = true;
    if (System.nanoTime() - sent >= SEND_NANOS) {
      flush();
    }
  }

  @Override
  public synchronized void note(String line) {
    flush();
    print(new ChildProtocol.Message.Note(line));
  }

  synchronized void send(ChildProtocol.Message message) {
    flush();
    print(message);
  }

  private void flush() {
    if (detailPending) {
      print(new ChildProtocol.Message.Detail(detail));
      detailPending = false;
    }
    if (pending > 0) {
      print(new ChildProtocol.Message.Advance(pending));
      pending = 0;
    }
    sent = System.nanoTime();
  }

  private void print(ChildProtocol.Message message) {
    messages.println(ChildProtocol.encode(message));
    messages.flush();
  }
}

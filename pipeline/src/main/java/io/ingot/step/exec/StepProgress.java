package io.ingot.step.exec;

import io.ingot.progress.Progress;

/** Passes a step's progress on, writes its notes into the log, and keeps one line of it. */
final class StepProgress implements Progress {
  private final Progress watcher;
  private final AttemptLog log;
  private final SecretMask mask;
  private String label = "";
  private long total = -1;
  private long done;
  private String detail = "";

  StepProgress(Progress watcher, AttemptLog log, SecretMask mask) {
    this.watcher = watcher;
    this.log = log;
    this.mask = mask;
  }

  @Override
  public void begin(String newLabel, long newTotal, Unit unit) {
    synchronized (this) {
      label = newLabel;
      total = newTotal;
      done = 0;
      detail = "";
    }
    log.line(newLabel);
    watcher.begin(newLabel, newTotal, unit);
  }

  @Override
  public void advance(long amount) {
    synchronized (this) {
      done += amount;
    }
    watcher.advance(amount);
  }

  @Override
  public void detail(String text) {
    synchronized (this) {
      detail = text;
    }
    watcher.detail(text);
  }

  @Override
  public void note(String line) {
    log.line(line);
    watcher.note(mask.apply(line));
  }

  /** For example {@code training 40/100, loss 0.41}. */
  synchronized String line() {
    return label
        + (total > 0 ? " " + done + "/" + total : "")
        + (detail.isEmpty() ? "" : ", " + detail);
  }
}

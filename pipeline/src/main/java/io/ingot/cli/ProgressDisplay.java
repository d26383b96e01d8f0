package io.ingot.cli;

import io.ingot.progress.Progress;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Progress with rate and ETA: one line that is drawn over on a terminal, a plain line every 10 s
 * elsewhere.
 */
final class ProgressDisplay implements Progress {
  private static final long DRAW_NANOS = 100_000_000L;
  private static final long LINE_NANOS = 10_000_000_000L;
  private static final int WIDTH = 24;

  private final PrintWriter err;
  private final boolean terminal;

  private String label = "";
  private Unit unit = Unit.STEPS;
  private long total = -1;
  private long done;
  private String detail = "";
  private long begun;
  private long drawn;
  private int drawnLength;

  ProgressDisplay(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  @Override
  public synchronized void begin(String newLabel, long newTotal, Unit newUnit) {
    finishLine();
    label = newLabel;
    total = newTotal;
    unit = newUnit;
    done = 0;
    detail = "";
    begun = System.nanoTime();
    drawn = begun;
  }

  @Override
  public synchronized void advance(long amount) {
    done += amount;
    draw(total >= 0 && done >= total);
  }

  @Override
  public synchronized void detail(String text) {
    detail = text;
  }

  @Override
  public synchronized void end() {
    finishLine();
  }

  @Override
  public synchronized void note(String line) {
    if (terminal && drawnLength > 0) {
      err.print("\r" + " ".repeat(drawnLength) + "\r");
      drawnLength = 0;
    }
    err.println(line);
    err.flush();
  }

  private void draw(boolean complete) {
    long now = System.nanoTime();
    if (terminal) {
      if (complete || now - drawn >= DRAW_NANOS) {
        String text = line(now);
        err.print("\r" + text + " ".repeat(Math.max(0, drawnLength - text.length())));
        err.flush();
        drawnLength = text.length();
        drawn = now;
      }
    } else if (now - drawn >= LINE_NANOS) {
      err.println(line(now));
      err.flush();
      drawn = now;
    }
  }

  private void finishLine() {
    if (terminal && drawnLength > 0) {
      err.println();
      err.flush();
      drawnLength = 0;
    }
  }

  private String line(long now) {
    double seconds = (now - begun) / 1e9;
    double rate = seconds > 0 ? done / seconds : 0;
    StringBuilder text = new StringBuilder(label);
    if (total > 0) {
      int filled = (int) Math.min(WIDTH, WIDTH * done / total);
      if (terminal) {
        text.append(" [").append("#".repeat(filled)).append("-".repeat(WIDTH - filled)).append(']');
      }
      text.append(String.format(Locale.ROOT, " %d%%", Math.min(100, 100 * done / total)));
    }
    text.append(' ').append(amount(done));
    if (total > 0) {
      text.append('/').append(amount(total));
    }
    text.append(", ").append(amount((long) rate)).append("/s");
    if (total > done && rate > 0) {
      text.append(", ").append(duration((total - done) / rate)).append(" left");
    }
    if (!detail.isEmpty()) {
      text.append(", ").append(detail);
    }
    return text.toString();
  }

  private String amount(long value) {
    if (unit != Unit.BYTES) {
      return Long.toString(value);
    }
    String[] names = {"B", "KB", "MB", "GB", "TB"};
    double scaled = value;
    int power = 0;
    while (scaled >= 1000 && power < names.length - 1) {
      scaled /= 1000;
      power++;
    }
    return String.format(Locale.ROOT, power == 0 ? "%.0f %s" : "%.1f %s", scaled, names[power]);
  }

  private static String duration(double seconds) {
    long s = Math.round(seconds);
    return s < 60
        ? s + " s"
        : s < 3600
            ? String.format(Locale.ROOT, "%d:%02d min", s / 60, s % 60)
            : String.format(Locale.ROOT, "%d:%02d h", s / 3600, s / 60 % 60);
  }
}

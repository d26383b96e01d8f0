package io.ingot.cli;

import io.ingot.progress.Progress;
import io.ingot.run.StepState;
import io.ingot.step.exec.RunListener;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A run on stderr: a line for each step that changes, and the progress of what runs. A terminal has
 * room for one bar: it belongs to the step that began a phase last.
 */
final class RunDisplay implements RunListener {
  private final Console console;
  private final Progress bar;
  private @Nullable String owner;

  RunDisplay(Console console) {
    this.console = console;
    this.bar = console.progress();
  }

  @Override
  public void changed(String run, String step, StepState state, String text, double seconds) {
    String line =
        switch (state) {
          case RUNNING -> "> " + step;
          case DONE -> "  " + step + ": done in " + Times.duration(seconds);
          case CACHED -> "  " + step + ": cached";
          case IN_REVIEW -> "  " + step + ": waits for a review";
          case READY -> "  " + step + ": will be tried again";
          case FAILED -> "  " + step + ": failed after " + Times.duration(seconds);
          case WAITING, SKIPPED, CANCELLED ->
              "  " + step + ": " + state.name().toLowerCase(Locale.ROOT);
        };
    if (state == StepState.FAILED || state == StepState.READY) {
      line(line);
      text.lines().forEach(reason -> line("      " + reason));
    } else {
      line(text.isEmpty() ? line : line + " (" + text + ")");
    }
  }

  private synchronized void line(String line) {
    bar.note(line);
  }

  @Override
  public Progress progress(String run, String step) {
    return console.terminal() ? new Lane(step, bar) : new Lane(step, console.progress());
  }

  /** One step's share of the display. */
  private final class Lane implements Progress {
    private final String step;
    private final Progress display;

    Lane(String step, Progress display) {
      this.step = step;
      this.display = display;
    }

    private boolean shown() {
      return display != bar || step.equals(owner);
    }

    @Override
    public void begin(String label, long total, Unit unit) {
      synchronized (RunDisplay.this) {
        owner = step;
        display.begin("  " + step + ": " + label, total, unit);
      }
    }

    @Override
    public void advance(long amount) {
      synchronized (RunDisplay.this) {
        if (shown()) {
          display.advance(amount);
        }
      }
    }

    @Override
    public void detail(String text) {
      synchronized (RunDisplay.this) {
        if (shown()) {
          display.detail(text);
        }
      }
    }

    @Override
    public void note(String line) {
      line("  " + step + ": " + line);
    }
  }
}

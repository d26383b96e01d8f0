package io.ingot.train.trainer;

import java.util.Locale;

/** Speed and time left, over the steps of this process. */
final class Pace {
  private final int stepsToDo;
  private int steps;
  private long tokens;
  private long nanos;

  Pace(int stepsToDo) {
    this.stepsToDo = stepsToDo;
  }

  void add(long stepTokens, long stepNanos) {
    steps++;
    tokens += stepTokens;
    nanos += stepNanos;
  }

  String describe(double loss) {
    double seconds = nanos / 1e9;
    long left = Math.round(seconds / steps * (stepsToDo - steps));
    return String.format(
        Locale.ROOT,
        "loss %.4f, %.0f tokens/s, %d:%02d left",
        loss,
        tokens / seconds,
        left / 60,
        left % 60);
  }
}

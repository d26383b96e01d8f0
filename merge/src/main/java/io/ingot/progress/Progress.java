package io.ingot.progress;

/**
 * Where long work reports. Implementations are thread-safe, cheap to call often, and never throw.
 */
public interface Progress {
  /** Reports nowhere. */
  Progress NONE =
      new Progress() {
        @Override
        public void begin(String label, long total, Unit unit) {}

        @Override
        public void advance(long amount) {}

        @Override
        public void detail(String text) {}

        @Override
        public void note(String line) {}
      };

  /** What is counted. */
  enum Unit {
    BYTES,
    TENSORS,
    STEPS,
    ROWS,
    FILES
  }

  /** Starts a phase; {@code total} is -1 where it is not known. */
  void begin(String label, long total, Unit unit);

  /** Counts {@code amount} more units of the current phase. */
  void advance(long amount);

  /** Replaces the text shown beside the bar, e.g. {@code loss 0.412}. */
  void detail(String text);

  /** Ends the current phase, complete or not: what is printed next stands on a line of its own. */
  default void end() {}

  /** One line for the log. */
  void note(String line);
}

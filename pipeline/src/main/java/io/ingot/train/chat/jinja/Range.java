package io.ingot.train.chat.jinja;

import java.util.AbstractList;

/** Numbers from start to stop, exclusive; a list that is not stored. */
final class Range extends AbstractList<Object> {
  private static final int LONGEST = 100_000;

  private final long start;
  private final long stop;
  private final long step;
  private final int size;

  Range(long start, long stop, long step) {
    if (step == 0) {
      throw TemplateException.type("range() arg 3 must not be zero");
    }
    this.start = start;
    this.stop = stop;
    this.step = step;
    long count =
        step > 0
            ? (stop > start ? (stop - start + step - 1) / step : 0)
            : (start > stop ? (start - stop - step - 1) / -step : 0);
    if (count > LONGEST || count < 0) {
      throw TemplateException.limit(
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).");
    }
    size = (int) count;
  }

  @Override
  public Object get(int index) {
    return start + index * step;
  }

  @Override
  public int size() {
    return size;
  }

  /** As Python prints it. */
  String describe() {
    return "range(" + start + ", " + stop + (step == 1 ? ")" : ", " + step + ")");
  }
}

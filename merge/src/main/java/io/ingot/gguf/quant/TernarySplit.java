package io.ingot.gguf.quant;

/** What IQ1_S and IQ1_M share: values −1, 0, 1 with a shift of an eighth, on the IQ1 lattice. */
final class TernarySplit {
  static final float DELTA = 0.125f;
  static final float[] PLUS = {-1 + DELTA, DELTA, 1 + DELTA};
  static final float[] MINUS = {-1 - DELTA, -DELTA, 1 - DELTA};

  private TernarySplit() {}

  /** Indices of the values in ascending order, equal values in their own order. */
  static void order(float[] x, int from, int n, int[] order) {
    for (int j = 0; j < n; j++) {
      int at = j;
      while (at > 0 && x[from + j] < x[from + order[at - 1]]) {
        order[at] = order[at - 1];
        at--;
      }
      order[at] = j;
    }
  }

  /** Levels 0, 1, 2 for the values below the first, between, and above the second boundary. */
  static void assign(int[] order, int n, int first, int second, byte[] levels) {
    for (int j = 0; j < n; j++) {
      levels[order[j]] = (byte) (j < first ? 0 : j < second ? 1 : 2);
    }
  }

  static void mirror(byte[] levels, int n) {
    for (int j = 0; j < n; j++) {
      levels[j] = (byte) (2 - levels[j]);
    }
  }

  /**
   * The lattice point of 8 levels, or the nearest.
   *
   * @return its number, or −1 − number when the levels were no point
   */
  static int point(
      byte[] levels, int at, float[] x, int from, float[] weights, float scale, float[] values) {
    int code = Lattice.IQ1.code(levels, at);
    int exact = Lattice.IQ1.point(code);
    if (exact >= 0) {
      return exact;
    }
    int[] near = Lattice.IQ1.near(code);
    int best = near[0];
    float least = Float.MAX_VALUE;
    for (int point : near) {
      float distance = 0;
      for (int i = 0; i < 8; i++) {
        float q = values[Lattice.IQ1.level(point, i)];
        float w = weights[at + i];
        float diff = scale * q - x[from + at + i];
        distance += w * diff * diff;
      }
      if (distance < least) {
        least = distance;
        best = point;
      }
    }
    return -1 - best;
  }

  static int scaleLevel(float inverse, float scale) {
    return Search.clamp(Rounding.nearest(0.5f * (inverse * scale - 1)), 0, 7);
  }

  /** Restores 8 values. */
  static void restore(int point, float scale, boolean minus, float[] x, int from) {
    float shift = minus ? -DELTA : DELTA;
    for (int i = 0; i < 8; i++) {
      x[from + i] = scale * (Lattice.IQ1.level(point, i) - 1 + shift);
    }
  }
}

package io.ingot.gguf.quant;

/**
 * The searches of all groups of a range: scale, minimum and levels of each. Groups do not depend on
 * each other, so as many as a vector has lanes are searched side by side.
 */
final class AffineGroups {
  private final int size;
  private final AffineLanes lanes;
  private final float[] weights;
  private float[] scales = new float[0];
  private float[] mins = new float[0];
  private float[] sums = new float[0];
  private byte[] levels = new byte[0];

  /**
   * @param size values of a group
   * @param top the largest level
   */
  AffineGroups(int size, int top) {
    this.size = size;
    this.lanes = new AffineLanes(size, top);
    this.weights = new float[size];
  }

  /** Fills the weights of the group that begins at {@code at}. */
  private interface Weighting {
    void fill(int group, int at);
  }

  /** Weights are the root mean square of the group plus the magnitude of the value. */
  void searchPlain(float[] x, int from, int count, float first, float delta, int steps) {
    Weighting weighting =
        (group, at) -> {
          float average = RowWeights.root(RowWeights.squares(x, at, size) / size);
          for (int i = 0; i < size; i++) {
            weights[i] = average + Math.abs(x[at + i]);
          }
        };
    search(x, from, count, weighting, first, delta, steps, false);
  }

  /** Weights are the magnitudes, errors count by magnitude: Q2_K. */
  void searchAbsolute(float[] x, int from, int count, float first, float delta, int steps) {
    Weighting weighting =
        (group, at) -> {
          for (int i = 0; i < size; i++) {
            weights[i] = Math.abs(x[at + i]);
          }
        };
    search(x, from, count, weighting, first, delta, steps, true);
  }

  /**
   * Weights are importance · sqrt(sigma² + x²).
   *
   * @param factor sigma² = factor · (sum of squares of the 256 values) / 256
   */
  void searchWeighted(
      float[] x, int from, int count, float[] importance, int weightsFrom, float factor) {
    float[] sigma2 = new float[1];
    Weighting weighting =
        (group, at) -> {
          if (group * size % 256 == 0) {
            sigma2[0] = factor * RowWeights.squares(x, at, 256) / 256;
          }
          RowWeights.fill(importance, weightsFrom + group * size, sigma2[0], x, at, size, weights);
          float sum = 0;
          for (int i = 0; i < size; i++) {
            sum += weights[i];
          }
          sums[group] = sum;
        };
    search(x, from, count, weighting, -0.9f, 0.05f, 36, false);
  }

  private void search(
      float[] x,
      int from,
      int count,
      Weighting weighting,
      float first,
      float delta,
      int steps,
      boolean absolute) {
    if (levels.length < count) {
      levels = new byte[count];
      scales = new float[count / size];
      mins = new float[count / size];
      sums = new float[count / size];
    }
    int groups = count / size;
    for (int begin = 0; begin < groups; begin += AffineLanes.LANES) {
      int used = Math.min(AffineLanes.LANES, groups - begin);
      for (int lane = 0; lane < used; lane++) {
        int at = from + (begin + lane) * size;
        weighting.fill(begin + lane, at);
        lanes.put(lane, x, at, weights);
      }
      lanes.search(first, delta, steps, absolute);
      for (int lane = 0; lane < used; lane++) {
        scales[begin + lane] = lanes.scale(lane);
        mins[begin + lane] = lanes.min(lane);
        lanes.levels(lane, levels, (begin + lane) * size);
      }
    }
  }

  /** Sums of the weights of each group, of the last weighted search. */
  float[] weightSums() {
    return sums;
  }

  /** Copies what was found for {@code count} groups. */
  void take(int group, int count, float[] intoScales, float[] intoMins, byte[] intoLevels) {
    System.arraycopy(scales, group, intoScales, 0, count);
    System.arraycopy(mins, group, intoMins, 0, count);
    System.arraycopy(levels, group * size, intoLevels, 0, count * size);
  }

  /** Chooses levels for a given scale and minimum: a true division, as the reference does. */
  static void requantize(
      float[] x, int from, int n, float scale, float min, int top, byte[] levels, int levelsFrom) {
    for (int i = 0; i < n; i++) {
      levels[levelsFrom + i] =
          (byte) Search.clamp(Rounding.nearest((x[from + i] + min) / scale), 0, top);
    }
  }
}

package io.ingot.gguf.quant;

/**
 * The searches of all groups of a range: scale, minimum and levels of each. Groups do not depend on
 * each other, so they may be searched side by side.
 */
final class AffineGroups {
  private final int size;
  private final int top;
  private final float[] weights;
  private final byte[] trial;
  private final Search.Affine found = new Search.Affine();
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
    this.top = top;
    this.weights = new float[size];
    this.trial = new byte[size];
  }

  /** Weights are the root mean square of the group plus the magnitude of the value. */
  void searchPlain(float[] x, int from, int count, float first, float delta, int steps) {
    reserve(count);
    for (int g = 0; g < count / size; g++) {
      int at = from + g * size;
      float average = RowWeights.root(RowWeights.squares(x, at, size) / size);
      for (int i = 0; i < size; i++) {
        weights[i] = average + Math.abs(x[at + i]);
      }
      search(x, at, g, first, delta, steps, false);
    }
  }

  /** Weights are the magnitudes, errors count by magnitude: Q2_K. */
  void searchAbsolute(float[] x, int from, int count, float first, float delta, int steps) {
    reserve(count);
    for (int g = 0; g < count / size; g++) {
      int at = from + g * size;
      for (int i = 0; i < size; i++) {
        weights[i] = Math.abs(x[at + i]);
      }
      search(x, at, g, first, delta, steps, true);
    }
  }

  /**
   * Weights are importance · sqrt(sigma² + x²).
   *
   * @param factor sigma² = factor · (sum of squares of the 256 values) / 256
   */
  void searchWeighted(
      float[] x, int from, int count, float[] importance, int weightsFrom, float factor) {
    reserve(count);
    float sigma2 = 0;
    for (int g = 0; g < count / size; g++) {
      int at = from + g * size;
      if (g * size % 256 == 0) {
        sigma2 = factor * RowWeights.squares(x, at, 256) / 256;
      }
      RowWeights.fill(importance, weightsFrom + g * size, sigma2, x, at, size, weights);
      float sum = 0;
      for (int i = 0; i < size; i++) {
        sum += weights[i];
      }
      sums[g] = sum;
      search(x, at, g, -0.9f, 0.05f, 36, false);
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

  private void search(
      float[] x, int at, int group, float first, float delta, int steps, boolean absolute) {
    Search.affine(
        size,
        top,
        x,
        at,
        weights,
        levels,
        group * size,
        trial,
        first,
        delta,
        steps,
        absolute,
        found);
    scales[group] = found.scale;
    mins[group] = found.min;
  }

  private void reserve(int count) {
    if (levels.length < count) {
      levels = new byte[count];
      scales = new float[count / size];
      mins = new float[count / size];
      sums = new float[count / size];
    }
  }
}

package io.ingot.gguf.quant;

/**
 * Weights of a row: importance times the root of (mean square of a range + square of the value).
 */
final class RowWeights {
  private RowWeights() {}

  /** Sum of squares in order. */
  static float squares(float[] x, int from, int count) {
    float sum = 0;
    for (int i = 0; i < count; i++) {
      sum += x[from + i] * x[from + i];
    }
    return sum;
  }

  /** C's {@code sqrtf}: the double root, rounded once more, is the correctly rounded root. */
  static float root(float value) {
    return (float) Math.sqrt(value);
  }

  /** Fills {@code out[0, n)} for the values from {@code from} on. */
  static void fill(
      float[] importance, int weightsFrom, float sigma2, float[] x, int from, int n, float[] out) {
    for (int i = 0; i < n; i++) {
      float value = x[from + i];
      out[i] = importance[weightsFrom + i] * root(sigma2 + value * value);
    }
  }
}

package io.ingot.merge.method;

import io.ingot.tensor.Kernels;

/** Sums over models, element by element, in float32 from left to right. */
final class Sums {
  private Sums() {}

  /** {@code out = in[0] + in[1] + ...}, to be rounded by the caller. */
  static void across(float[][] in, float[] out, int count) {
    System.arraycopy(in[0], 0, out, 0, count);
    for (int i = 1; i < in.length; i++) {
      Kernels.add(out, out, in[i], count);
    }
  }
}

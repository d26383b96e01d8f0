package io.ingot.merge.method;

import io.ingot.tensor.Kernels;

/**
 * Sums over models, element by element, in float32 from left to right. They begin with +0, as
 * torch's do, so that a sum of negative zeros is positive.
 */
final class Sums {
  private Sums() {}

  /** {@code out = in[0] + in[1] + ...}, to be rounded by the caller. */
  static void across(float[][] in, float[] out, int count) {
    across(in, in.length, out, count);
  }

  /** Of the first {@code models} arrays. */
  static void across(float[][] in, int models, float[] out, int count) {
    float[] first = in[0];
    for (int i = 0; i < count; i++) {
      out[i] = 0f + first[i];
    }
    for (int i = 1; i < models; i++) {
      Kernels.add(out, out, in[i], count);
    }
  }
}

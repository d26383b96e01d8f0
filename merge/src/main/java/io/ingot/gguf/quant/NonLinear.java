package io.ingot.gguf.quant;

import org.jspecify.annotations.Nullable;

/** The level table of IQ4_NL and IQ4_XS and the search for a group's scale over it. */
final class NonLinear {
  static final int[] VALUES = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private NonLinear() {}

  /** Index of the table value next to {@code x}; the upper one when both are equally far. */
  static int nearest(float x) {
    if (x <= VALUES[0]) {
      return 0;
    }
    if (x >= VALUES[15]) {
      return 15;
    }
    int low = 0;
    int high = 15;
    while (high - low > 1) {
      int middle = (low + high) / 2;
      if (x < VALUES[middle]) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return x - VALUES[high - 1] < VALUES[high] - x ? high - 1 : high;
  }

  /** Weights of 32 values: their squares, or importance · sqrt(sigma² + x²). */
  static void weights(
      float[] x,
      int from,
      float @Nullable [] importance,
      int weightsFrom,
      float sigma2,
      float[] weights) {
    if (importance != null) {
      RowWeights.fill(importance, weightsFrom, sigma2, x, from, 32, weights);
      return;
    }
    for (int j = 0; j < 32; j++) {
      weights[j] = x[from + j] * x[from + j];
    }
  }

  /** The scale of 32 values with the least weighted error; 0 for a group of zeros. */
  static float search(float[] x, int from, float[] weights) {
    float amax = 0;
    float max = 0;
    for (int j = 0; j < 32; j++) {
      float magnitude = Math.abs(x[from + j]);
      if (magnitude > amax) {
        amax = magnitude;
        max = x[from + j];
      }
    }
    if (amax < Search.EPSILON) {
      return 0f;
    }
    float inverse = 1 / (-max / VALUES[0]);
    float d = 0f;
    float best = 0f;
    for (int attempt = -8; attempt <= 7; attempt++) {
      if (attempt > -8) {
        inverse = (attempt + VALUES[0]) / max;
      }
      float sumqx = 0;
      float sumq2 = 0;
      for (int j = 0; j < 32; j++) {
        float value = x[from + j];
        float q = VALUES[nearest(inverse * value)];
        float w = weights[j];
        sumqx += w * q * value;
        sumq2 += w * q * q;
      }
      if (attempt == -8) {
        d = sumq2 > 0 ? sumqx / sumq2 : 0f;
        best = d * sumqx;
      } else if (sumq2 > 0 && sumqx * sumqx > best * sumq2) {
        d = sumqx / sumq2;
        best = d * sumqx;
      }
    }
    return d;
  }

  static void pack(float[] x, int from, float inverse, byte[] out, int at) {
    for (int j = 0; j < 16; j++) {
      out[at + j] =
          (byte) (nearest(inverse * x[from + j]) | nearest(inverse * x[from + j + 16]) << 4);
    }
  }

  static void unpack(byte[] in, int at, float scale, float[] x, int from) {
    for (int j = 0; j < 16; j++) {
      x[from + j] = scale * VALUES[in[at + j] & 15];
      x[from + j + 16] = scale * VALUES[in[at + j] >> 4 & 15];
    }
  }
}

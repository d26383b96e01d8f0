package io.ingot.gguf.quant;

/** The doubled values of a 4-bit float (E2M1) and the nearest of them. */
final class Fp4 {
  static final int[] VALUES = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

  private Fp4() {}

  /** Index of the nearest value times {@code scale}; the first of equals. */
  static int nearest(float x, float scale) {
    int best = 0;
    float least = Math.abs(VALUES[0] * scale - x);
    for (int i = 1; i < 16; i++) {
      float error = Math.abs(VALUES[i] * scale - x);
      if (error < least) {
        best = i;
        least = error;
      }
    }
    return best;
  }

  /** Packs 2·half values: value j in the low nibble of byte j, value j + half in the high one. */
  static void pack(float[] x, int from, int half, float scale, byte[] out, int at) {
    for (int j = 0; j < half; j++) {
      out[at + j] = (byte) (nearest(x[from + j], scale) | nearest(x[from + half + j], scale) << 4);
    }
  }

  static void unpack(byte[] in, int at, int half, float scale, float[] x, int from) {
    for (int j = 0; j < half; j++) {
      x[from + j] = VALUES[in[at + j] & 15] * scale;
      x[from + half + j] = VALUES[in[at + j] >> 4 & 15] * scale;
    }
  }

  static float magnitude(float[] x, int from, int count) {
    float amax = 0f;
    for (int j = 0; j < count; j++) {
      float value = Math.abs(x[from + j]);
      if (amax < value) {
        amax = value;
      }
    }
    return amax;
  }
}

package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** Q6_K: 256 values in 16 groups of 16, x = d·scale·(q − 32) with signed 8-bit scales. */
final class Q6K extends ScaledBlocks {
  private static final int GROUPS = 16;
  private static final int HIGH = 128;
  private static final int SCALES = 192;
  private static final int D = 208;

  Q6K() {
    super(GgmlType.Q6_K, D);
  }

  @Override
  public void quantize(
      float[] x,
      int from,
      int count,
      float @Nullable [] weights,
      int weightsFrom,
      byte[] out,
      int at) {
    SymmetricGroups groups = new SymmetricGroups(16, 32);
    groups.search(x, from, count, weights, weightsFrom);
    byte[] levels = new byte[256];
    float[] scales = new float[GROUPS];
    for (int block = 0; block < count / 256; block++, from += 256, at += 210) {
      groups.take(block * GROUPS, GROUPS, scales, levels);
      float amax = 0;
      float max = 0;
      for (float scale : scales) {
        float magnitude = Math.abs(scale);
        if (magnitude > amax) {
          amax = magnitude;
          max = scale;
        }
      }
      if (amax < Search.EPSILON) {
        java.util.Arrays.fill(out, at, at + 210, (byte) 0);
        continue;
      }
      float inverse = -128f / max;
      LittleEndian.putHalf(out, at + D, 1 / inverse);
      float d = LittleEndian.half(out, at + D);
      for (int j = 0; j < GROUPS; j++) {
        out[at + SCALES + j] = (byte) Math.min(127, Rounding.nearest(inverse * scales[j]));
        float scale = d * out[at + SCALES + j];
        if (scale != 0) {
          SymmetricGroups.requantize(x, from + 16 * j, 16, scale, 32, levels, 16 * j);
        }
      }
      pack(levels, out, at);
    }
  }

  private static void pack(byte[] levels, byte[] out, int at) {
    for (int half = 0; half < 2; half++) {
      for (int l = 0; l < 32; l++) {
        int j = 128 * half + l;
        int q1 = levels[j];
        int q2 = levels[j + 32];
        int q3 = levels[j + 64];
        int q4 = levels[j + 96];
        out[at + 64 * half + l] = (byte) (q1 & 15 | (q3 & 15) << 4);
        out[at + 64 * half + 32 + l] = (byte) (q2 & 15 | (q4 & 15) << 4);
        out[at + HIGH + 32 * half + l] =
            (byte) (q1 >> 4 | q2 >> 4 << 2 | q3 >> 4 << 4 | q4 >> 4 << 6);
      }
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 256, at += 210) {
      float d = LittleEndian.half(in, at + D);
      for (int e = 0; e < 256; e++) {
        int half = e / 128;
        int k = e % 128 / 32;
        int l = e % 32;
        int low = in[at + 64 * half + 32 * (k & 1) + l] >> 4 * (k >> 1) & 15;
        int high = in[at + HIGH + 32 * half + l] >> 2 * k & 3;
        x[from + e] = d * in[at + SCALES + e / 16] * ((low | high << 4) - 32);
      }
    }
  }
}

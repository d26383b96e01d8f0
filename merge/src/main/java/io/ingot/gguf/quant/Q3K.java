package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** Q3_K: 256 values in 16 groups of 16, x = d·scale·(q − 4) with signed 6-bit scales. */
final class Q3K extends ScaledBlocks {
  private static final int GROUPS = 16;
  private static final int QUANTS = 32;
  private static final int SCALES = 96;
  private static final int D = 108;

  Q3K() {
    super(GgmlType.Q3_K, D);
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
    byte[] levels = new byte[256];
    float[] scales = new float[GROUPS];
    byte[] scaleLevels = new byte[GROUPS];
    float[] local = new float[16];
    float[] sums = new float[GROUPS];
    for (int end = from + count; from < end; from += 256, weightsFrom += 256, at += 110) {
      float d;
      if (weights == null) {
        for (int j = 0; j < GROUPS; j++) {
          scales[j] = Search.descending(16, 4, x, from + 16 * j, levels, 16 * j);
        }
        d = round(scales, scaleLevels);
      } else {
        float sigma2 = 2 * RowWeights.squares(x, from, 256) / 256;
        for (int j = 0; j < GROUPS; j++) {
          int group = from + 16 * j;
          RowWeights.fill(weights, weightsFrom + 16 * j, sigma2, x, group, 16, local);
          float sum = 0;
          for (float weight : local) {
            sum += weight;
          }
          sums[j] = sum;
          scales[j] = Search.symmetric(16, 4, x, group, levels, 16 * j, local, 0);
        }
        d = Search.symmetric(GROUPS, 32, scales, 0, scaleLevels, 0, sums, 0);
      }
      LittleEndian.putHalf(out, at + D, d);
      packScales(scaleLevels, out, at + SCALES);
      float rounded = LittleEndian.half(out, at + D);
      for (int j = 0; j < GROUPS; j++) {
        float scale = rounded * (scaleLevels[j] - 32);
        if (scale != 0) {
          for (int i = 16 * j; i < 16 * j + 16; i++) {
            levels[i] = (byte) (Search.clamp(Rounding.nearest(x[from + i] / scale), -4, 3) + 4);
          }
        }
      }
      packLevels(levels, out, at);
    }
  }

  /** Levels from 0 on; all zero when there is no scale, which packs to zero bytes. */
  private static float round(float[] scales, byte[] levels) {
    float amax = 0;
    float max = 0;
    for (float scale : scales) {
      float magnitude = Math.abs(scale);
      if (magnitude > amax) {
        amax = magnitude;
        max = scale;
      }
    }
    if (max == 0) {
      java.util.Arrays.fill(levels, (byte) 0);
      return 0f;
    }
    float inverse = -32f / max;
    for (int j = 0; j < GROUPS; j++) {
      levels[j] = (byte) (Search.clamp((byte) Rounding.nearest(inverse * scales[j]), -32, 31) + 32);
    }
    return 1 / inverse;
  }

  private static void packScales(byte[] levels, byte[] out, int at) {
    java.util.Arrays.fill(out, at, at + 12, (byte) 0);
    for (int j = 0; j < GROUPS; j++) {
      int level = levels[j];
      out[at + j % 8] |= (byte) (j < 8 ? level & 15 : (level & 15) << 4);
      out[at + 8 + j % 4] |= (byte) ((level >> 4) << 2 * (j / 4));
    }
  }

  private static void packLevels(byte[] levels, byte[] out, int at) {
    for (int m = 0; m < 32; m++) {
      int high = 0;
      for (int bit = 0; bit < 8; bit++) {
        int e = 32 * bit + m;
        if (levels[e] > 3) {
          high |= 1 << bit;
          levels[e] -= 4;
        }
      }
      out[at + m] = (byte) high;
    }
    TwoBits.pack(levels, out, at + QUANTS);
  }

  private static int scale(byte[] in, int at, int j) {
    int low = j < 8 ? in[at + j] & 15 : in[at + j - 8] >> 4 & 15;
    return (low | (in[at + 8 + j % 4] >> 2 * (j / 4) & 3) << 4) - 32;
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 256, at += 110) {
      float d = LittleEndian.half(in, at + D);
      for (int e = 0; e < 256; e++) {
        float scale = d * scale(in, at + SCALES, e / 16);
        int offset = (in[at + e % 32] >> e / 32 & 1) == 1 ? 0 : 4;
        x[from + e] = scale * (TwoBits.get(in, at + QUANTS, e) - offset);
      }
    }
  }
}

package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/**
 * Q4_K and Q5_K: 256 values in 8 groups of 32, x = d·scale·q − dmin·min with 6-bit scales and
 * minima. Each group is searched for itself, then scales and minima are rounded and the levels
 * chosen again for the rounded ones.
 */
final class SuperBlockAffine extends ScaledBlocks {
  private static final int GROUPS = 8;

  private final boolean five;
  private final int top;
  private final float first;
  private final int steps;

  SuperBlockAffine(GgmlType type, boolean five) {
    super(type, 0, 2);
    this.five = five;
    this.top = five ? 31 : 15;
    this.first = five ? -0.5f : -1f;
    this.steps = five ? 15 : 20;
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
    AffineGroups groups = new AffineGroups(32, top);
    byte[] levels = new byte[256];
    float[] scales = new float[GROUPS];
    float[] mins = new float[GROUPS];
    byte[] scaleLevels = new byte[GROUPS];
    byte[] minLevels = new byte[GROUPS];
    int bytes = type().blockBytes();
    if (weights == null) {
      groups.searchPlain(x, from, count, first, 0.1f, steps);
    } else {
      groups.searchWeighted(x, from, count, weights, weightsFrom, 2f);
    }
    for (int block = 0; block < count / 256; block++, from += 256, at += bytes) {
      groups.take(block * GROUPS, GROUPS, scales, mins, levels);
      if (weights == null) {
        float maxScale = 0;
        float maxMin = 0;
        for (int j = 0; j < GROUPS; j++) {
          maxScale = scales[j] > maxScale ? scales[j] : maxScale;
          maxMin = mins[j] > maxMin ? mins[j] : maxMin;
        }
        round(scales, maxScale, scaleLevels);
        round(mins, maxMin, minLevels);
        LittleEndian.putHalf(out, at, maxScale / 63f);
        LittleEndian.putHalf(out, at + 2, maxMin / 63f);
      } else {
        int sums = block * GROUPS;
        float d = Search.unsigned(GROUPS, 63, scales, scaleLevels, groups.weightSums(), sums);
        float dmin = Search.unsigned(GROUPS, 63, mins, minLevels, groups.weightSums(), sums);
        if (five) {
          cap(scaleLevels);
          cap(minLevels);
        }
        LittleEndian.putHalf(out, at, d);
        LittleEndian.putHalf(out, at + 2, dmin);
      }
      SixBitScales.pack(scaleLevels, minLevels, out, at + 4);
      float d = LittleEndian.half(out, at);
      float dmin = LittleEndian.half(out, at + 2);
      for (int j = 0; j < GROUPS; j++) {
        float scale = d * SixBitScales.scale(out, at + 4, j);
        if (scale != 0) {
          float min = dmin * SixBitScales.min(out, at + 4, j);
          AffineGroups.requantize(x, from + 32 * j, 32, scale, min, top, levels, 32 * j);
        }
      }
      if (five) {
        packFive(levels, out, at);
      } else {
        packNibbles(levels, out, at + 16);
      }
    }
  }

  private static void round(float[] values, float max, byte[] levels) {
    float inverse = max > 0 ? 63f / max : 0f;
    for (int j = 0; j < GROUPS; j++) {
      levels[j] = (byte) Math.min(63, Rounding.nearest(inverse * values[j]) & 0xff);
    }
  }

  private static void cap(byte[] levels) {
    for (int j = 0; j < GROUPS; j++) {
      levels[j] = (byte) Math.min(63, levels[j] & 0xff);
    }
  }

  private static void packNibbles(byte[] levels, byte[] out, int at) {
    for (int j = 0; j < 4; j++) {
      for (int l = 0; l < 32; l++) {
        out[at + 32 * j + l] = (byte) (levels[64 * j + l] | levels[64 * j + 32 + l] << 4);
      }
    }
  }

  private static void packFive(byte[] levels, byte[] out, int at) {
    for (int l = 0; l < 32; l++) {
      int high = 0;
      for (int j = 0; j < 8; j++) {
        high |= (levels[32 * j + l] >> 4 & 1) << j;
      }
      out[at + 16 + l] = (byte) high;
    }
    for (int j = 0; j < 4; j++) {
      for (int l = 0; l < 32; l++) {
        out[at + 48 + 32 * j + l] =
            (byte) (levels[64 * j + l] & 15 | (levels[64 * j + 32 + l] & 15) << 4);
      }
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    int quants = five ? 48 : 16;
    int bytes = type().blockBytes();
    for (int end = from + count; from < end; from += 256, at += bytes) {
      float d = LittleEndian.half(in, at);
      float dmin = LittleEndian.half(in, at + 2);
      for (int j = 0; j < GROUPS; j++) {
        float scale = d * SixBitScales.scale(in, at + 4, j);
        float min = dmin * SixBitScales.min(in, at + 4, j);
        int row = at + quants + 32 * (j / 2);
        int shift = 4 * (j % 2);
        for (int l = 0; l < 32; l++) {
          int level = in[row + l] >> shift & 15;
          if (five) {
            level += (in[at + 16 + l] >> j & 1) << 4;
          }
          x[from + 32 * j + l] = scale * level - min;
        }
      }
    }
  }
}

package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** Q2_K: 256 values in 16 groups of 16, x = d·scale·q − dmin·min with 4-bit scales and minima. */
final class Q2K extends ScaledBlocks {
  private static final int GROUPS = 16;

  Q2K() {
    super(GgmlType.Q2_K, 80, 82);
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
    AffineGroups groups = new AffineGroups(16, 3);
    byte[] levels = new byte[256];
    float[] scales = new float[GROUPS];
    float[] mins = new float[GROUPS];
    byte[] scaleLevels = new byte[GROUPS];
    byte[] minLevels = new byte[GROUPS];
    if (weights == null) {
      groups.searchAbsolute(x, from, count, -0.5f, 0.1f, 15);
    } else {
      groups.searchWeighted(x, from, count, weights, weightsFrom, 1f);
    }
    for (int block = 0; block < count / 256; block++, from += 256, at += 84) {
      groups.take(block * GROUPS, GROUPS, scales, mins, levels);
      if (weights == null) {
        LittleEndian.putHalf(out, at + 80, round(scales, scaleLevels));
        LittleEndian.putHalf(out, at + 82, round(mins, minLevels));
      } else {
        int sums = block * GROUPS;
        float d = Search.unsigned(GROUPS, 15, scales, scaleLevels, groups.weightSums(), sums);
        float dmin = Search.unsigned(GROUPS, 15, mins, minLevels, groups.weightSums(), sums);
        LittleEndian.putHalf(out, at + 80, d);
        LittleEndian.putHalf(out, at + 82, dmin);
      }
      float d = LittleEndian.half(out, at + 80);
      float dmin = LittleEndian.half(out, at + 82);
      for (int j = 0; j < GROUPS; j++) {
        out[at + j] = (byte) (scaleLevels[j] | minLevels[j] << 4);
        float scale = d * (out[at + j] & 15);
        if (scale != 0) {
          float min = dmin * (out[at + j] >> 4 & 15);
          AffineGroups.requantize(x, from + 16 * j, 16, scale, min, 3, levels, 16 * j);
        }
      }
      TwoBits.pack(levels, out, at + 16);
    }
  }

  private static float round(float[] values, byte[] levels) {
    float max = 0;
    for (float value : values) {
      max = value > max ? value : max;
    }
    if (!(max > 0)) {
      java.util.Arrays.fill(levels, (byte) 0);
      return 0f;
    }
    float inverse = 15f / max;
    for (int j = 0; j < GROUPS; j++) {
      levels[j] = (byte) Rounding.nearest(inverse * values[j]);
    }
    return max / 15f;
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 256, at += 84) {
      float d = LittleEndian.half(in, at + 80);
      float dmin = LittleEndian.half(in, at + 82);
      for (int e = 0; e < 256; e++) {
        int packed = in[at + e / 16];
        float scale = d * (packed & 15);
        float min = dmin * (packed >> 4 & 15);
        x[from + e] = scale * TwoBits.get(in, at + 16, e) - min;
      }
    }
  }
}

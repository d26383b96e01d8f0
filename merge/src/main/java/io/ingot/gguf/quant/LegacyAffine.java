package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/**
 * Q4_1 and Q5_1: 32 values x = d·q + m between minimum and maximum; with weights a search, whose
 * sigma² is the mean square of the whole row.
 */
final class LegacyAffine extends ScaledBlocks {
  private final boolean five;
  private final int top;
  private final int nibbles;

  /**
   * @param five whether levels have a fifth bit, in 4 bytes behind scale and minimum
   */
  LegacyAffine(GgmlType type, boolean five) {
    super(type, 0, 2);
    this.five = five;
    this.top = five ? 31 : 15;
    this.nibbles = five ? 8 : 4;
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
    byte[] levels = new byte[32];
    byte[] trial = new byte[32];
    float[] local = new float[32];
    Search.Affine found = new Search.Affine();
    float sigma2 = weights == null ? 0 : RowWeights.squares(x, from, count) / count;
    int bytes = type().blockBytes();
    for (int end = from + count; from < end; from += 32, weightsFrom += 32, at += bytes) {
      if (weights != null) {
        RowWeights.fill(weights, weightsFrom, sigma2, x, from, 32, local);
        Search.affine(32, top, x, from, local, levels, 0, trial, -0.9f, 0.05f, 36, false, found);
      } else {
        nearest(x, from, levels, found);
      }
      LittleEndian.putHalf(out, at, found.scale);
      LittleEndian.putHalf(out, at + 2, -found.min);
      FiveBits.pack(levels, five, out, at + 4, at + nibbles);
    }
  }

  private void nearest(float[] x, int from, byte[] levels, Search.Affine found) {
    float min = Float.MAX_VALUE;
    float max = -Float.MAX_VALUE;
    for (int j = 0; j < 32; j++) {
      float value = x[from + j];
      if (value < min) {
        min = value;
      }
      if (value > max) {
        max = value;
      }
    }
    float d = (max - min) / top;
    float inverse = d != 0 ? 1.0f / d : 0.0f;
    for (int j = 0; j < 32; j++) {
      int level = Rounding.truncate((x[from + j] - min) * inverse + 0.5f);
      levels[j] = (byte) (five ? level : Math.min(15, (byte) level));
    }
    found.scale = d;
    found.min = -min;
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    int bytes = type().blockBytes();
    for (int end = from + count; from < end; from += 32, at += bytes) {
      float d = LittleEndian.half(in, at);
      float m = LittleEndian.half(in, at + 2);
      int high = five ? LittleEndian.int32(in, at + 4) : 0;
      for (int j = 0; j < 16; j++) {
        int packed = in[at + nibbles + j] & 0xff;
        x[from + j] = (packed & 15 | (high >>> j & 1) << 4) * d + m;
        x[from + j + 16] = (packed >> 4 | (high >>> (j + 16) & 1) << 4) * d + m;
      }
    }
  }
}

package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/**
 * Q4_0 and Q5_0: 32 values x = d·(q − half) with the signed value of largest magnitude at q = 0;
 * with weights a search, whose sigma² is the mean square of the whole row.
 */
final class LegacySymmetric extends ScaledBlocks {
  private final boolean five;
  private final int half;
  private final int nibbles;

  /**
   * @param five whether levels have a fifth bit, in 4 bytes behind the scale
   */
  LegacySymmetric(GgmlType type, boolean five) {
    super(type, 0);
    this.five = five;
    this.half = five ? 16 : 8;
    this.nibbles = five ? 6 : 2;
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
    float[] local = new float[32];
    float sigma2 = weights == null ? 0 : RowWeights.squares(x, from, count) / count;
    int bytes = type().blockBytes();
    for (int end = from + count; from < end; from += 32, weightsFrom += 32, at += bytes) {
      float d;
      if (weights != null) {
        RowWeights.fill(weights, weightsFrom, sigma2, x, from, 32, local);
        d = Search.symmetric(32, half, x, from, levels, 0, local, 0);
      } else {
        d = nearest(x, from, levels);
      }
      LittleEndian.putHalf(out, at, d);
      FiveBits.pack(levels, five, out, at + 2, at + nibbles);
    }
  }

  private float nearest(float[] x, int from, byte[] levels) {
    float amax = 0f;
    float max = 0f;
    for (int j = 0; j < 32; j++) {
      float magnitude = Math.abs(x[from + j]);
      if (amax < magnitude) {
        amax = magnitude;
        max = x[from + j];
      }
    }
    float d = max / -half;
    float inverse = d != 0 ? 1.0f / d : 0.0f;
    for (int j = 0; j < 32; j++) {
      // half + 0.5 makes the truncation toward zero a rounding
      int level = (byte) Rounding.truncate(x[from + j] * inverse + (half + 0.5f));
      levels[j] = (byte) Math.min(2 * half - 1, level);
    }
    return d;
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    int bytes = type().blockBytes();
    for (int end = from + count; from < end; from += 32, at += bytes) {
      float d = LittleEndian.half(in, at);
      int high = five ? LittleEndian.int32(in, at + 2) : 0;
      for (int j = 0; j < 16; j++) {
        int packed = in[at + nibbles + j] & 0xff;
        x[from + j] = ((packed & 15 | (high >>> j & 1) << 4) - half) * d;
        x[from + j + 16] = ((packed >> 4 | (high >>> (j + 16) & 1) << 4) - half) * d;
      }
    }
  }
}

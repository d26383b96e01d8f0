package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** IQ4_XS: 256 values in 8 groups of 32, x = d·scale·T[q] with signed 6-bit scales. */
final class Iq4Xs extends ScaledBlocks {
  private static final int GROUPS = 8;

  Iq4Xs() {
    super(GgmlType.IQ4_XS, 0);
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
    float[] local = new float[32];
    float[] scales = new float[GROUPS];
    for (int end = from + count; from < end; from += 256, weightsFrom += 256, at += 136) {
      float sigma2 = RowWeights.squares(x, from, 256) * (2f / 256);
      float amax = 0;
      float max = 0;
      for (int j = 0; j < GROUPS; j++) {
        NonLinear.weights(x, from + 32 * j, weights, weightsFrom + 32 * j, sigma2, local);
        scales[j] = NonLinear.search(x, from + 32 * j, local);
        float magnitude = Math.abs(scales[j]);
        if (magnitude > amax) {
          amax = magnitude;
          max = scales[j];
        }
      }
      float d = -max / 32;
      LittleEndian.putHalf(out, at, d);
      float inverse = d != 0 ? 1 / d : 0f;
      int high = 0;
      for (int j = 0; j < GROUPS; j++) {
        int level = Search.clamp(Rounding.nearest(inverse * scales[j]), -32, 31);
        float scale = d * level;
        NonLinear.pack(x, from + 32 * j, scale != 0 ? 1 / scale : 0f, out, at + 8 + 16 * j);
        int stored = level + 32;
        int low = stored & 15;
        out[at + 4 + j / 2] = (byte) (j % 2 == 0 ? low : out[at + 4 + j / 2] & 15 | low << 4);
        high |= stored >> 4 << 2 * j;
      }
      LittleEndian.putInt16(out, at + 2, high);
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 256, at += 136) {
      float d = LittleEndian.half(in, at);
      int high = LittleEndian.uint16(in, at + 2);
      for (int j = 0; j < GROUPS; j++) {
        int level = in[at + 4 + j / 2] >> 4 * (j % 2) & 15 | (high >> 2 * j & 3) << 4;
        NonLinear.unpack(in, at + 8 + 16 * j, d * (level - 32), x, from + 32 * j);
      }
    }
  }
}

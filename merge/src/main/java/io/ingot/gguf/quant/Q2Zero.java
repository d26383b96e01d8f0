package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** Q2_0: 64 values x = d·(q − 1), d the largest magnitude, two bits each. */
final class Q2Zero extends ScaledBlocks {
  Q2Zero() {
    super(GgmlType.Q2_0, 0);
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
    for (int end = from + count; from < end; from += 64, at += 18) {
      float d = Fp4.magnitude(x, from, 64);
      float inverse = d > 0.0f ? 1.0f / d : 0.0f;
      LittleEndian.putHalf(out, at, d);
      for (int j = 0; j < 16; j++) {
        int bits = 0;
        for (int k = 0; k < 4; k++) {
          int level = Rounding.halfAway(x[from + 4 * j + k] * inverse) + 1;
          bits |= Search.clamp(level, 0, 3) << 2 * k;
        }
        out[at + 2 + j] = (byte) bits;
      }
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 64, at += 18) {
      float d = LittleEndian.half(in, at);
      for (int j = 0; j < 64; j++) {
        x[from + j] = ((in[at + 2 + j / 4] >> 2 * (j % 4) & 3) - 1) * d;
      }
    }
  }

  @Override
  public boolean usesWeights() {
    return false;
  }
}

package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** Q1_0: 128 values x = ±d, d the mean magnitude, one sign bit each. */
final class Q1Zero extends ScaledBlocks {
  Q1Zero() {
    super(GgmlType.Q1_0, 0);
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
    for (int end = from + count; from < end; from += 128, at += 18) {
      float sum = 0.0f;
      for (int j = 0; j < 128; j++) {
        sum += Math.abs(x[from + j]);
      }
      LittleEndian.putHalf(out, at, sum / 128);
      for (int j = 0; j < 16; j++) {
        int bits = 0;
        for (int bit = 0; bit < 8; bit++) {
          bits |= x[from + 8 * j + bit] >= 0.0f ? 1 << bit : 0;
        }
        out[at + 2 + j] = (byte) bits;
      }
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 128, at += 18) {
      float d = LittleEndian.half(in, at);
      for (int j = 0; j < 128; j++) {
        x[from + j] = (in[at + 2 + j / 8] >> j % 8 & 1) == 1 ? d : -d;
      }
    }
  }

  @Override
  public boolean usesWeights() {
    return false;
  }
}

package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** Q8_0: 32 values x = d·q; d = max|x| / 127, q rounded half away from zero. */
final class Q8Zero extends ScaledBlocks {
  Q8Zero() {
    super(GgmlType.Q8_0, 0);
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
    for (int end = from + count; from < end; from += 32, at += 34) {
      float amax = 0f;
      for (int j = 0; j < 32; j++) {
        float magnitude = Math.abs(x[from + j]);
        amax = amax > magnitude ? amax : magnitude;
      }
      float d = amax / 127;
      float inverse = d != 0 ? 1.0f / d : 0.0f;
      LittleEndian.putHalf(out, at, d);
      for (int j = 0; j < 32; j++) {
        out[at + 2 + j] = (byte) Rounding.halfAway(x[from + j] * inverse);
      }
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 32, at += 34) {
      float d = LittleEndian.half(in, at);
      for (int j = 0; j < 32; j++) {
        x[from + j] = in[at + 2 + j] * d;
      }
    }
  }

  @Override
  public boolean usesWeights() {
    return false;
  }
}

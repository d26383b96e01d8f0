package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** TQ2_0: 256 values x = d·(q − 1) with q in {0, 1, 2}, two bits each. */
final class Tq2Zero extends ScaledBlocks {
  Tq2Zero() {
    super(GgmlType.TQ2_0, 64);
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
    for (int end = from + count; from < end; from += 256, at += 66) {
      float d = Ternary.magnitude(x, from);
      float inverse = d != 0 ? 1.0f / d : 0.0f;
      LittleEndian.putHalf(out, at + 64, d);
      for (int e = 0; e < 256; e++) {
        levels[e] = (byte) (Rounding.halfAway(x[from + e] * inverse) + 1 & 3);
      }
      TwoBits.pack(levels, out, at);
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 256, at += 66) {
      float d = LittleEndian.half(in, at + 64);
      for (int e = 0; e < 256; e++) {
        x[from + e] = (TwoBits.get(in, at, e) - 1) * d;
      }
    }
  }

  @Override
  public boolean usesWeights() {
    return false;
  }
}

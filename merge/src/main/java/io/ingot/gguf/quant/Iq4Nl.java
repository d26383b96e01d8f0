package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** IQ4_NL: 32 values x = d·T[q] over a table of 16 levels that lie closer around zero. */
final class Iq4Nl extends ScaledBlocks {
  Iq4Nl() {
    super(GgmlType.IQ4_NL, 0);
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
    for (int end = from + count; from < end; from += 32, weightsFrom += 32, at += 18) {
      float sigma2 = RowWeights.squares(x, from, 32) * (2f / 32);
      NonLinear.weights(x, from, weights, weightsFrom, sigma2, local);
      float d = NonLinear.search(x, from, local);
      LittleEndian.putHalf(out, at, d);
      NonLinear.pack(x, from, d != 0 ? 1 / d : 0, out, at + 2);
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 32, at += 18) {
      NonLinear.unpack(in, at + 2, LittleEndian.half(in, at), x, from);
    }
  }
}

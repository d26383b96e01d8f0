package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** F16: IEEE half precision, rounded to nearest even, too large values to infinity. */
final class PlainF16 implements BlockCodec {
  @Override
  public GgmlType type() {
    return GgmlType.F16;
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
    for (int i = 0; i < count; i++) {
      LittleEndian.putHalf(out, at + 2 * i, x[from + i]);
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int i = 0; i < count; i++) {
      x[from + i] = LittleEndian.half(in, at + 2 * i);
    }
  }

  @Override
  public boolean isFinite(byte[] data, int at, int count) {
    for (int i = 0; i < count; i++) {
      if (!LittleEndian.isFiniteHalf(data, at + 2 * i)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean usesWeights() {
    return false;
  }
}

package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** BF16: the upper half of an F32, rounded to nearest even; NaN stays a (quiet) NaN. */
final class PlainBf16 implements BlockCodec {
  @Override
  public GgmlType type() {
    return GgmlType.BF16;
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
      int bits = Float.floatToRawIntBits(x[from + i]);
      int rounded = (bits + (0x7fff + ((bits >>> 16) & 1))) >>> 16;
      int quiet = (bits >>> 16) | 0x40;
      LittleEndian.putInt16(out, at + 2 * i, (bits & 0x7fff_ffff) > 0x7f80_0000 ? quiet : rounded);
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int i = 0; i < count; i++) {
      x[from + i] = Float.intBitsToFloat(LittleEndian.int16(in, at + 2 * i) << 16);
    }
  }

  @Override
  public boolean isFinite(byte[] data, int at, int count) {
    for (int i = 0; i < count; i++) {
      if ((LittleEndian.int16(data, at + 2 * i) & 0x7f80) == 0x7f80) {
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

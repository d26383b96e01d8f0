package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** MXFP4 (OCP microscaling): 32 4-bit floats under a power of two, kept as exponent byte E8M0. */
final class Mxfp4 implements BlockCodec {
  @Override
  public GgmlType type() {
    return GgmlType.MXFP4;
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
    for (int end = from + count; from < end; from += 32, at += 17) {
      float amax = Fp4.magnitude(x, from, 32);
      int exponent = amax > 0f ? (floorLog2(amax) - 2 + 127) & 0xff : 0;
      out[at] = (byte) exponent;
      Fp4.pack(x, from, 16, scale(exponent), out, at + 1);
    }
  }

  /**
   * floor(log2f(x)) of the reference, where the 32-bit logarithm of a value just below a power of
   * two is rounded up to the integer.
   */
  static int floorLog2(float value) {
    return (int) Math.floor((float) (StrictMath.log(value) / StrictMath.log(2)));
  }

  /** Half the value of the exponent byte, as the table values are doubled. */
  static float scale(int exponent) {
    return Float.intBitsToFloat(exponent < 2 ? 0x0020_0000 << exponent : exponent - 1 << 23);
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 32, at += 17) {
      Fp4.unpack(in, at + 1, 16, scale(in[at] & 0xff), x, from);
    }
  }

  @Override
  public boolean isFinite(byte[] data, int at, int count) {
    for (int block = 0; block < count / 32; block++) {
      if (data[at + 17 * block] == (byte) 0xff) {
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

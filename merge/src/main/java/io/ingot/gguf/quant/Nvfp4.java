package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/**
 * NVFP4: 64 4-bit floats in 4 groups of 16, each under an 8-bit float scale without sign (E4M3).
 */
final class Nvfp4 implements BlockCodec {
  @Override
  public GgmlType type() {
    return GgmlType.NVFP4;
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
    for (int end = from + count; from < end; from += 64, at += 36) {
      for (int s = 0; s < 4; s++) {
        int scale = encode(Fp4.magnitude(x, from + 16 * s, 16) / 6.0f);
        out[at + s] = (byte) scale;
        Fp4.pack(x, from + 16 * s, 8, decode(scale), out, at + 4 + 8 * s);
      }
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 64, at += 36) {
      for (int s = 0; s < 4; s++) {
        Fp4.unpack(in, at + 4 + 8 * s, 8, decode(in[at + s] & 0xff), x, from + 16 * s);
      }
    }
  }

  /** Half the value, as the table values are doubled. */
  private static float decode(int scale) {
    if (scale == 0 || scale == 0x7f) {
      return 0.0f;
    }
    int exponent = scale >> 3 & 15;
    int mantissa = scale & 7;
    float value =
        exponent == 0
            ? Math.scalb((float) mantissa, -9)
            : Math.scalb(1.0f + mantissa / 8.0f, exponent - 7);
    return value * 0.5f;
  }

  private static int encode(float value) {
    if (!(value > 0.0f)) {
      return 0;
    }
    float limited = Math.min(value, 448.0f);
    int bits = Float.floatToRawIntBits(limited);
    int exponent = (bits >> 23 & 0xff) - 127 + 7;
    if (exponent <= 0) {
      int mantissa = Math.min(7, (int) (limited * 512.0f + 0.5f));
      return Math.max(mantissa, 0);
    }
    if (exponent >= 15) {
      return 0x7e;
    }
    int mantissa = (bits >> 20 & 7) + (bits >> 19 & 1);
    if (mantissa > 7) {
      mantissa = 0;
      exponent++;
      if (exponent >= 15) {
        return 0x7e;
      }
    }
    return exponent << 3 | mantissa;
  }

  @Override
  public boolean isFinite(byte[] data, int at, int count) {
    return true;
  }

  @Override
  public boolean usesWeights() {
    return false;
  }
}

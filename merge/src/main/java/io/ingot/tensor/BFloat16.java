package io.ingot.tensor;

/** Bits of bfloat16: the upper half of a float32. */
public final class BFloat16 {
  private BFloat16() {}

  public static float toFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Nearest, ties to even; NaN becomes the quiet NaN 0x7FC0, as torch writes it. */
  public static short fromFloat(float x) {
    if (Float.isNaN(x)) {
      return (short) 0x7FC0;
    }
    int bits = Float.floatToRawIntBits(x);
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  /** Nearest bfloat16, as a float32. */
  public static float round(float x) {
    if (Float.isNaN(x)) {
      return Float.NaN;
    }
    int bits = Float.floatToRawIntBits(x);
    return Float.intBitsToFloat((bits + 0x7FFF + ((bits >>> 16) & 1)) & 0xFFFF0000);
  }
}

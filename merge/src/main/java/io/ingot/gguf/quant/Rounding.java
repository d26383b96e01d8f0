package io.ingot.gguf.quant;

/** The three ways in which the reference rounds floats to integers. */
final class Rounding {
  /** 1.5 · 2^23: adding it leaves the rounded integer in the low bits of the mantissa. */
  static final float MAGIC = 12_582_912f;

  private Rounding() {}

  /**
   * Half to even, for |value| up to 4194303; beyond that the garbage of the reference's bit trick,
   * which is reproduced on purpose.
   */
  static int nearest(float value) {
    return (Float.floatToRawIntBits(value + MAGIC) & 0x007f_ffff) - 0x0040_0000;
  }

  /** C's conversion to int: toward zero; what does not fit (or is NaN) becomes the smallest int. */
  static int truncate(float value) {
    return value >= -0x1p31f && value < 0x1p31f ? (int) value : Integer.MIN_VALUE;
  }

  /** C's {@code roundf}: half away from zero; what does not fit becomes the smallest int. */
  static int halfAway(float value) {
    if (!(value > -0x1p31f && value < 0x1p31f)) {
      return Integer.MIN_VALUE;
    }
    // value ± 0.5 may round up to the next integer itself, so compare the exact fraction.
    float whole = (float) (value < 0 ? Math.ceil(value) : Math.floor(value));
    float rest = Math.abs(value - whole);
    int truncated = (int) whole;
    return rest >= 0.5f ? (value < 0 ? truncated - 1 : truncated + 1) : truncated;
  }
}

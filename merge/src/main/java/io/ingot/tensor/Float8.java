package io.ingot.tensor;

/** Values of the two 8-bit float formats of safetensors. Source: OCP 8-bit floating point, 2022. */
final class Float8 {
  private Float8() {}

  /** E4M3 without infinities: 0x7F and 0xFF are NaN. */
  static float fromE4M3(byte bits) {
    int exponent = bits >>> 3 & 0xF;
    int mantissa = bits & 7;
    if (exponent == 15 && mantissa == 7) {
      return Float.NaN;
    }
    float magnitude =
        exponent == 0 ? mantissa * 0x1p-9f : Math.scalb(1 + mantissa / 8f, exponent - 7);
    return bits < 0 ? -magnitude : magnitude;
  }

  /** E5M2 is the upper half of a float16. */
  static float fromE5M2(byte bits) {
    return Float.float16ToFloat((short) (bits << 8));
  }
}

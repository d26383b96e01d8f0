package io.ingot.merge.method;

import io.ingot.tensor.Rounding;

/**
 * Natural logarithms of float32 numbers, rounded. There are so few bfloat16 numbers that those of
 * positive ones are looked up.
 */
final class Logarithms {
  private static final float[] OF_BF16 = new float[1 << 15];

  static {
    for (int i = 0; i < OF_BF16.length; i++) {
      OF_BF16[i] = Rounding.BF16.apply((float) Math.log(Float.intBitsToFloat(i << 16)));
    }
  }

  private Logarithms() {}

  /** Replaces numbers of the format by their logarithms. */
  static void of(Rounding rounding, float[] a) {
    if (rounding != Rounding.BF16) {
      for (int i = 0; i < a.length; i++) {
        a[i] = rounding.apply((float) Math.log(a[i]));
      }
      return;
    }
    for (int i = 0; i < a.length; i++) {
      int bits = Float.floatToRawIntBits(a[i]);
      a[i] = bits < 0 ? Rounding.BF16.apply((float) Math.log(a[i])) : OF_BF16[bits >>> 16];
    }
  }
}

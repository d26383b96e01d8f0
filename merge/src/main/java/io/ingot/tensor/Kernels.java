package io.ingot.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over the first {@code count} elements of float32 arrays, vectorized across elements only:
 * no sum is ever reordered, so the bits are those of the plain loops. Loops that the compiler
 * vectorizes by itself are plain; the others have a plain twin that also does the tail.
 */
public final class Kernels {
  /** Shorter runs take the plain loop: the vector code is not worth its warm-up there. */
  static final int VECTOR_FROM = 512;

  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

  private Kernels() {}

  /** {@code y[i] += s * x[i]}, fused: one rounding each, as matrix products on CPUs do it. */
  public static void addScaled(float[] y, float s, float[] x, int xOffset, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      for (; i <= count - F.length(); i += F.length()) {
        FloatVector.fromArray(F, x, xOffset + i)
            .fma(FloatVector.broadcast(F, s), FloatVector.fromArray(F, y, i))
            .intoArray(y, i);
      }
    }
    for (; i < count; i++) {
      y[i] = Math.fma(s, x[xOffset + i], y[i]);
    }
  }

  /** {@code out = a * s}. */
  public static void scale(float[] out, float[] a, float s, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] * s;
    }
  }

  /** {@code out = a / s}. */
  public static void divide(float[] out, float[] a, float s, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] / s;
    }
  }

  /** {@code out = a / b}. */
  public static void divide(float[] out, float[] a, float[] b, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] / b[i];
    }
  }

  /** {@code out = a + b}. */
  public static void add(float[] out, float[] a, float[] b, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] + b[i];
    }
  }

  /** {@code out = a - b}. */
  public static void subtract(float[] out, float[] a, float[] b, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] - b[i];
    }
  }

  /** {@code out = a * b}. */
  public static void multiply(float[] out, float[] a, float[] b, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = a[i] * b[i];
    }
  }

  /** Rounds every element into the format. */
  public static void round(Rounding rounding, float[] a, int count) {
    switch (rounding) {
      case F32 -> {}
      case BF16 -> roundBf16(a, count);
      case F16 -> roundF16(a, count);
    }
  }

  private static void roundBf16(float[] a, int count) {
    int i = 0;
    if (count >= VECTOR_FROM) {
      for (; i <= count - F.length(); i += F.length()) {
        FloatVector x = FloatVector.fromArray(F, a, i);
        VectorMask<Integer> nan = x.test(VectorOperators.IS_NAN).cast(I);
        IntVector bits = x.reinterpretAsInts();
        bits.add(bits.lanewise(VectorOperators.LSHR, 16).and(1).add(0x7FFF))
            .and(0xFFFF0000)
            .blend(0x7FC00000, nan)
            .reinterpretAsFloats()
            .intoArray(a, i);
      }
    }
    for (; i < count; i++) {
      a[i] = BFloat16.round(a[i]);
    }
  }

  private static void roundF16(float[] a, int count) {
    for (int i = 0; i < count; i++) {
      a[i] = Float.float16ToFloat(Float.floatToFloat16(a[i]));
    }
  }
}

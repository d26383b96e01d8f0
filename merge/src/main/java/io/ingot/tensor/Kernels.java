package io.ingot.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over float32 arrays, vectorized across elements only: no sum is ever reordered, so the bits
 * are those of the plain loops, which also handle the tail.
 */
public final class Kernels {
  /** Shorter runs take the plain loop: the vector code is not worth its warm-up there. */
  static final int VECTOR_FROM = 512;

  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

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
}

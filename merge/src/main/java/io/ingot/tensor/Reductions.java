package io.ingot.tensor;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums over the first {@code count} elements of float32 arrays, in double precision. Sixteen
 * partial sums, each of every sixteenth element, are folded in halves at the end, whatever the
 * width of the machine's vectors: the plain loop and the vector loop give the same bits. No vector
 * is passed between methods: the compiler would put it on the heap where it does not inline them.
 */
public final class Reductions {
  private static final int LANES = 16;

  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> F =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Math.max(64, D.vectorBitSize() / 2)));
  private static final int STEP = D.length();

  /** Two vectors of doubles are summed at a time; narrower machines walk several times. */
  private static final boolean FITS = F.length() == STEP && 2 * STEP <= LANES;

  private Reductions() {}

  /** The inner product; every product is exact. */
  public static double dot(float[] a, float[] b, int count) {
    double[] lanes = new double[LANES];
    int end = 0;
    if (FITS && count >= Kernels.VECTOR_FROM) {
      end = count & -LANES;
      for (int lane = 0; lane < LANES; lane += 2 * STEP) {
        DoubleVector even = DoubleVector.zero(D);
        DoubleVector odd = DoubleVector.zero(D);
        for (int i = lane; i < end; i += LANES) {
          even =
              ((DoubleVector)
                      FloatVector.fromArray(F, a, i).convertShape(VectorOperators.F2D, D, 0))
                  .fma(
                      ((DoubleVector)
                          FloatVector.fromArray(F, b, i).convertShape(VectorOperators.F2D, D, 0)),
                      even);
          odd =
              ((DoubleVector)
                      FloatVector.fromArray(F, a, i + STEP).convertShape(VectorOperators.F2D, D, 0))
                  .fma(
                      ((DoubleVector)
                          FloatVector.fromArray(F, b, i + STEP)
                              .convertShape(VectorOperators.F2D, D, 0)),
                      odd);
        }
        even.intoArray(lanes, lane);
        odd.intoArray(lanes, lane + STEP);
      }
    }
    for (int i = end; i < count; i++) {
      lanes[i % LANES] += (double) a[i] * b[i];
    }
    return fold(lanes);
  }

  /** The sum. */
  public static double sum(float[] a, int count) {
    double[] lanes = new double[LANES];
    int end = 0;
    if (FITS && count >= Kernels.VECTOR_FROM) {
      end = count & -LANES;
      for (int lane = 0; lane < LANES; lane += 2 * STEP) {
        DoubleVector even = DoubleVector.zero(D);
        DoubleVector odd = DoubleVector.zero(D);
        for (int i = lane; i < end; i += LANES) {
          even =
              ((DoubleVector)
                      FloatVector.fromArray(F, a, i).convertShape(VectorOperators.F2D, D, 0))
                  .add(even);
          odd =
              ((DoubleVector)
                      FloatVector.fromArray(F, a, i + STEP).convertShape(VectorOperators.F2D, D, 0))
                  .add(odd);
        }
        even.intoArray(lanes, lane);
        odd.intoArray(lanes, lane + STEP);
      }
    }
    for (int i = end; i < count; i++) {
      lanes[i % LANES] += a[i];
    }
    return fold(lanes);
  }

  /** The sum of magnitudes. */
  public static double absoluteSum(float[] a, int count) {
    double[] lanes = new double[LANES];
    int end = 0;
    if (FITS && count >= Kernels.VECTOR_FROM) {
      end = count & -LANES;
      for (int lane = 0; lane < LANES; lane += 2 * STEP) {
        DoubleVector even = DoubleVector.zero(D);
        DoubleVector odd = DoubleVector.zero(D);
        for (int i = lane; i < end; i += LANES) {
          even =
              ((DoubleVector)
                      FloatVector.fromArray(F, a, i).convertShape(VectorOperators.F2D, D, 0))
                  .abs()
                  .add(even);
          odd =
              ((DoubleVector)
                      FloatVector.fromArray(F, a, i + STEP).convertShape(VectorOperators.F2D, D, 0))
                  .abs()
                  .add(odd);
        }
        even.intoArray(lanes, lane);
        odd.intoArray(lanes, lane + STEP);
      }
    }
    for (int i = end; i < count; i++) {
      lanes[i % LANES] += Math.abs(a[i]);
    }
    return fold(lanes);
  }

  private static double fold(double[] lanes) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }
}

package io.ingot.tensor;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Exponentials of float32 numbers that are not positive, by way of double precision: exp(x) = 2^k
 * exp(r) with |r| at most ln(2)/2 and a Taylor polynomial, whose error of 1e-16 vanishes when the
 * result becomes float32. The plain loop is the specification and the tail of the vector one.
 */
public final class Exponentials {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> F =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Math.max(64, D.vectorBitSize() / 2)));
  private static final boolean FITS = F.length() == D.length();

  /** Anything below is 0 in float32. */
  private static final double LEAST = -150;

  private static final double LOG2_E = 1 / Math.log(2);

  /** ln(2) in two parts, the first of few enough bits that its multiples are exact. */
  private static final double LN2_HIGH = 0x1.62e42feep-1;

  private static final double LN2_LOW = 1.90821492927058770002e-10;

  /** Adding and subtracting it rounds to an integer, which stands in the lowest bits meanwhile. */
  private static final double ROUNDER = 0x1.8p52;

  private static final double[] INVERSE_FACTORIALS = new double[14];

  static {
    double factorial = 1;
    for (int i = 0; i < INVERSE_FACTORIALS.length; i++) {
      factorial *= Math.max(1, i);
      INVERSE_FACTORIALS[i] = 1 / factorial;
    }
  }

  private Exponentials() {}

  /** {@code out = exp(x - greatest)}, where no x is greater. */
  public static void ofDifference(float[] out, float[] x, float greatest, int count) {
    int i = 0;
    if (FITS && count >= Kernels.VECTOR_FROM) {
      for (; i <= count - D.length(); i += D.length()) {
        DoubleVector power =
            (DoubleVector)
                FloatVector.fromArray(F, x, i)
                    .sub(greatest)
                    .convertShape(VectorOperators.F2D, D, 0);
        power = power.max(LEAST);
        DoubleVector shifted = power.mul(LOG2_E).add(ROUNDER);
        DoubleVector k = shifted.sub(ROUNDER);
        DoubleVector r = power.sub(k.mul(LN2_HIGH)).sub(k.mul(LN2_LOW));
        // Written out: a vector that goes round a loop may end on the heap.
        DoubleVector sum = DoubleVector.broadcast(D, INVERSE_FACTORIALS[13]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[12]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[11]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[10]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[9]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[8]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[7]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[6]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[5]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[4]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[3]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[2]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[1]);
        sum = sum.mul(r).add(INVERSE_FACTORIALS[0]);
        LongVector scale =
            shifted.reinterpretAsLongs().add(1023).lanewise(VectorOperators.LSHL, 52);
        FloatVector result =
            (FloatVector)
                sum.mul(scale.reinterpretAsDoubles()).convertShape(VectorOperators.D2F, F, 0);
        result.intoArray(out, i);
      }
    }
    for (; i < count; i++) {
      out[i] = (float) exp(x[i] - greatest);
    }
  }

  private static double exp(float power) {
    double x = Math.max(power, LEAST);
    double shifted = x * LOG2_E + ROUNDER;
    double k = shifted - ROUNDER;
    double r = x - k * LN2_HIGH - k * LN2_LOW;
    double sum = INVERSE_FACTORIALS[INVERSE_FACTORIALS.length - 1];
    for (int i = INVERSE_FACTORIALS.length - 2; i >= 0; i--) {
      sum = sum * r + INVERSE_FACTORIALS[i];
    }
    return sum * Double.longBitsToDouble(Double.doubleToRawLongBits(shifted) + 1023 << 52);
  }
}

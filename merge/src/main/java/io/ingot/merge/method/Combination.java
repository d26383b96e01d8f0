package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;

/**
 * Mixes weighted task vectors into one: with consensus only those elements count whose sign is that
 * of the sum over all models (zero counts as positive), and the divisor is the sum of their
 * weights.
 *
 * @param lambda factor of the result
 */
record Combination(
    Rounding rounding, float[] weights, boolean consensus, boolean normalize, float lambda) {

  /** Mixes the first {@code weights.length} arrays of {@code in}, which may be overwritten. */
  void mix(float[][] in, float[] out, int count, Pass.Temporaries temporaries) {
    if (consensus) {
      agreeing(in, out, count, temporaries.get(0), temporaries.get(1));
    } else {
      Sums.across(in, weights.length, out, count);
      Kernels.round(rounding, out, count);
      if (normalize) {
        float divisor = 0;
        for (float weight : weights) {
          divisor += weight;
        }
        divisor = rounding.apply(divisor);
        Kernels.divide(out, out, Math.abs(divisor) < 1e-8 ? 1 : divisor, count);
        Kernels.round(rounding, out, count);
      }
    }
    if (lambda != 1) {
      Kernels.scale(out, out, lambda, count);
      Kernels.round(rounding, out, count);
    }
  }

  private void agreeing(float[][] in, float[] out, int count, float[] majority, float[] divisor) {
    Sums.across(in, weights.length, majority, count);
    Kernels.round(rounding, majority, count);
    java.util.Arrays.fill(divisor, 0, count, 0f);
    java.util.Arrays.fill(out, 0, count, 0f);
    for (int m = 0; m < weights.length; m++) {
      Kernels.addAgreeing(out, divisor, in[m], majority, weights[m], count);
    }
    Kernels.round(rounding, out, count);
    if (normalize) {
      Kernels.round(rounding, divisor, count);
      Kernels.oneForZero(divisor, count);
      Kernels.divide(out, out, divisor, count);
      Kernels.round(rounding, out, count);
    }
  }
}

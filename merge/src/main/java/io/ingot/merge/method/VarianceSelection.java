package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.NotWrittenException;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.Scratch;
import java.util.Arrays;
import java.util.List;

/**
 * The positions where models vary most: the population variance over models of their differences
 * from the base, rounded into the dtype of the tensors.
 *
 * @param operands the models, the base last
 */
record VarianceSelection(TensorMerge tensor, List<Operand> operands, Rounding rounding) {
  /** An empty selection means that nothing is selected. */
  private static final Selection NOTHING = new Selection(new long[0], null);

  /**
   * Whether the share comes to no position at all. For planning: opens the data by itself and stops
   * reading when it knows. Of models that are not written yet it says no.
   */
  boolean isEmpty(double share) {
    if (share <= 0 || operands.size() == 2) {
      return true;
    }
    try {
      operands.forEach(o -> o.data().open());
      float[] variance = new float[Scratch.CHUNK];
      long varying = 0;
      long elements = operands.getFirst().elements();
      for (long at = 0; at < elements; at += Scratch.CHUNK) {
        int count = (int) Math.min(Scratch.CHUNK, elements - at);
        read(at, variance, count);
        varying += different(variance, count);
        if ((long) (varying * share) > 0) {
          return false;
        }
      }
      return true;
    } catch (NotWrittenException e) {
      return false;
    } finally {
      operands.forEach(o -> o.data().close());
    }
  }

  private static int different(float[] variance, int count) {
    int different = 0;
    for (int i = 0; i < count; i++) {
      different += variance[i] != 0 ? 1 : 0;
    }
    return different;
  }

  Selection select(double share) {
    Magnitudes variances =
        new Magnitudes(
            tensor,
            this::read,
            operands.getFirst().elements(),
            rounding,
            true,
            Magnitudes.Choice.TOP_K);
    long k = (long) (variances.notZero() * share);
    return share <= 0 || k == 0 ? NOTHING : new Selection(variances.first(k), null);
  }

  private void read(long position, float[] out, int count) {
    float[][] in = new float[operands.size()][];
    for (int i = 0; i < in.length; i++) {
      in[i] = Scratch.local().floats(2 + i);
      operands.get(i).read(position, in[i], count);
    }
    variance(in, out, count);
  }

  private void variance(float[][] in, float[] out, int count) {
    int n = in.length - 1;
    for (int k = 0; k < n; k++) {
      Kernels.subtract(in[k], in[k], in[n], count);
      Kernels.round(rounding, in[k], count);
    }
    double[] mean = Scratch.local().doubles(0);
    double[] sum = Scratch.local().doubles(1);
    Arrays.fill(mean, 0, count, 0);
    Arrays.fill(sum, 0, count, 0);
    for (int k = 0; k < n; k++) {
      Kernels.add(mean, in[k], count);
    }
    Kernels.divide(mean, n, count);
    for (int k = 0; k < n; k++) {
      Kernels.addSquaredDistance(sum, in[k], mean, count);
    }
    Kernels.divide(sum, n, count);
    Kernels.narrow(out, sum, count);
    Kernels.round(rounding, out, count);
  }
}

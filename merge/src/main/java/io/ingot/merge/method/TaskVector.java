package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Reductions;
import io.ingot.tensor.Rounding;
import java.util.List;

/**
 * What a model differs from the base by: x - base, in the dtype of the base.
 *
 * @param rounding of that dtype
 */
record TaskVector(Operand base, Operand model, Rounding rounding) {
  List<Operand> operands() {
    return List.of(base, model);
  }

  long elements() {
    return base.elements();
  }

  /** {@code x = x - base}, in place. */
  void subtract(float[] x, float[] base, int count) {
    if (model.dtype() != this.base.dtype()) {
      Kernels.round(rounding, x, count);
    }
    Kernels.subtract(x, x, base, count);
    Kernels.round(rounding, x, count);
  }

  /** |x| as an integer that orders like it, NaN above all. */
  static int key(float x) {
    int bits = Float.floatToRawIntBits(x) & 0x7FFFFFFF;
    return Math.min(bits, 0x7FC00000);
  }

  /** Adds the L1 norms of a chunk, of the whole vector and of the part that is kept. */
  void addNorms(float[][] in, double[] sums, int count, Selection kept, long position) {
    subtract(in[1], in[0], count);
    sums[0] += Reductions.absoluteSum(in[1], count);
    kept.mask(in[1], count, position);
    sums[1] += Reductions.absoluteSum(in[1], count);
  }

  /** The same selection, with the factor that restores the L1 norm. */
  Selection rescaled(TensorMerge tensor, Selection kept, Rounding work) {
    double[] norms =
        Pass.reduce(
            tensor,
            operands(),
            2,
            (in, sums, count, position, temporaries) -> addNorms(in, sums, count, kept, position));
    return rescaled(kept, norms, work);
  }

  /** As {@link #rescaled(TensorMerge, Selection, Rounding)}, with norms that are known. */
  Selection rescaled(Selection kept, double[] norms, Rounding work) {
    float before = work.apply(norms[0]);
    float after = work.apply(norms[1]);
    if (before < 1e-7 || after < 1e-7) {
      return kept;
    }
    return new Selection(kept.bits(), work.apply(before / after));
  }
}

package io.ingot.merge.method;

import java.util.List;

/**
 * Drops the {@code trunc(gamma * n)} elements of largest magnitude and keeps the {@code
 * trunc(density * n)} below them (Model Breadcrumbs, arXiv 2312.06795).
 */
final class MagnitudeBand implements Sparsifier {
  @Override
  public List<Parameter> parameters() {
    return List.of(
        Parameter.ofModel("gamma", 0.01, "share of the largest magnitudes that is dropped"));
  }

  @Override
  public void check(TensorMerge tensor, Operand model) {}

  @Override
  public double scratchBytes(TensorMerge tensor, Operand model) {
    return model.number("density") >= 1 ? 0 : 4.125;
  }

  @Override
  public Selection select(TensorMerge tensor, TaskVector vector, boolean rescale, long firstDraw) {
    double density = vector.model().number("density");
    if (density >= 1) {
      return Selection.ALL;
    }
    long n = vector.elements();
    long keep = (long) (density * n);
    long top = (long) (vector.model().number("gamma") * n);
    long bottom = n - keep - top;
    if (bottom < 0) {
      top += bottom;
      bottom = 0;
    }
    Selection kept = new Selection(band(tensor, vector, bottom, top), null);
    return rescale ? vector.rescaled(tensor, kept, vector.rounding()) : kept;
  }

  private static long[] band(TensorMerge tensor, TaskVector vector, long bottom, long top) {
    long n = vector.elements();
    if (top <= 0 && tensor.compatible()) {
      // The reference slices [bottom:-top], which is empty when top is 0.
      return top == 0 ? Selection.none(n) : slice(tensor, vector, bottom, Math.min(n, -top));
    }
    return slice(tensor, vector, bottom, n - Math.max(0, top));
  }

  private static long[] slice(TensorMerge tensor, TaskVector vector, long from, long to) {
    Magnitudes magnitudes = new Magnitudes(tensor, vector, false);
    long[] bits = magnitudes.first(to);
    long[] dropped = magnitudes.first(from);
    for (int i = 0; i < bits.length; i++) {
      bits[i] &= ~dropped[i];
    }
    return bits;
  }
}

package io.ingot.merge.method;

/** Keeps the {@code trunc(density * n)} elements of largest magnitude (TIES). */
final class TopMagnitude implements Sparsifier {
  @Override
  public void check(TensorMerge tensor, Operand model) {
    double density = model.number("density");
    if (density < 1 && (long) (density * model.elements()) <= 0) {
      throw tensor.fail(
          "density %s of %s leaves nothing of its %d elements; raise it for this tensor (filter)"
              .formatted(density, model.model(), model.elements()));
    }
  }

  @Override
  public double scratchBytes(TensorMerge tensor, Operand model) {
    return model.number("density") >= 1 ? 0 : 4;
  }

  @Override
  public Selection select(TensorMerge tensor, TaskVector vector, boolean rescale, long firstDraw) {
    double density = vector.model().number("density");
    if (density >= 1) {
      return Selection.ALL;
    }
    long k = (long) (density * vector.elements());
    Selection kept = new Selection(new Magnitudes(tensor, vector, true).first(k), null);
    return rescale ? vector.rescaled(tensor, kept, vector.rounding()) : kept;
  }
}

package io.ingot.merge.method;

import java.util.List;

/** Chooses which elements of a task vector stay. Stateless and thread-safe. */
interface Sparsifier {
  /** Parameters of each model beside {@code weight} and {@code density}. */
  default List<Parameter> parameters() {
    return List.of();
  }

  /** Refuses parameters that have no meaning; reads no data. */
  void check(TensorMerge tensor, Operand model);

  /** Random numbers that {@link #select} takes. */
  default long draws(TensorMerge tensor, Operand model) {
    return 0;
  }

  /** Bytes per element of what {@link #select} returns: a bit, or nothing when all stay. */
  default double keptBytes(TensorMerge tensor, Operand model) {
    return model.number("density") >= 1 ? 0 : 0.125;
  }

  /** Bytes per element that {@link #select} holds beside its result, only while it runs. */
  default double scratchBytes(TensorMerge tensor, Operand model) {
    return 0;
  }

  /**
   * Chooses.
   *
   * @param rescale whether the L1 norm is to be restored
   * @param firstDraw position of its first random number among those of the tensor
   */
  Selection select(TensorMerge tensor, TaskVector vector, boolean rescale, long firstDraw);
}

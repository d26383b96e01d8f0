package io.ingot.adapter.extract;

import java.util.List;
import java.util.Optional;

/**
 * A module of the base, and what becomes of it.
 *
 * @param name e.g. {@code model.layers.0.self_attn.q_proj}
 * @param weight the matrix that gets factors; empty for modules that are saved whole
 * @param others its bias; of a module that is saved whole all its tensors
 * @param always whether it is saved even when nothing differs
 */
record PlannedModule(
    String name,
    Treatment treatment,
    Optional<TensorPair> weight,
    List<TensorPair> others,
    boolean always) {

  /** The bias of a module that gets factors. */
  Optional<TensorPair> bias() {
    return weight.isPresent() ? others.stream().findFirst() : Optional.empty();
  }

  long bytes() {
    return weight.map(w -> w.tuned().byteSize()).orElse(0L)
        + others.stream().mapToLong(o -> o.tuned().byteSize()).sum();
  }
}

package io.ingot.merge;

import io.ingot.merge.method.StoredTensor;
import io.ingot.merge.method.TensorData;
import io.ingot.model.WeightTemplate;
import io.ingot.tensor.TensorSource;
import java.util.List;
import java.util.Optional;

/**
 * Finds what an architecture lists in a checkpoint: under its name, an alias, the name of a tensor
 * that stands for it, or made of other tensors.
 *
 * @param label the name that decides the order of work, and so of random numbers; mergekit knows
 *     none for a tensor made of others and takes those first
 * @param names of all stored tensors that it is made of
 */
record TensorFinder(String label, TensorData data, List<String> names) {
  static Optional<TensorFinder> find(TensorSource source, WeightTemplate weight) {
    return stored(source, weight.name())
        .or(() -> firstOf(source, weight.aliases()))
        .or(() -> firstOf(source, weight.tied()))
        .or(
            () ->
                ExpertLayout.make(source, weight.name())
                    .map(m -> new TensorFinder("", m.data(), m.names())));
  }

  /** Whether it is stored under its name or an alias, or can be made; tied tensors do not count. */
  static boolean present(TensorSource source, WeightTemplate weight) {
    return source.tensors().containsKey(weight.name())
        || weight.aliases().stream().anyMatch(source.tensors()::containsKey)
        || ExpertLayout.make(source, weight.name()).isPresent();
  }

  private static Optional<TensorFinder> firstOf(TensorSource source, List<String> names) {
    return names.stream().flatMap(n -> stored(source, n).stream()).findFirst();
  }

  private static Optional<TensorFinder> stored(TensorSource source, String name) {
    return source.tensors().containsKey(name)
        ? Optional.of(new TensorFinder(name, new StoredTensor(source, name), List.of(name)))
        : Optional.empty();
  }
}

package io.ingot.merge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.model.Architecture;
import io.ingot.safetensors.WeightNaming;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything about a merge that headers tell.
 *
 * @param tensors in the order in which they are worked on and written
 * @param donor whose config.json and companion files are used
 * @param config of the result; empty when it has none
 * @param naming of the files of weights
 * @param leftovers tensors of the donor that no architecture lists; copied unless compatible
 * @param unused tensors of other models that no part of the merge looks at
 */
record MergePlan(
    Recipe recipe,
    MergeOptions options,
    Architecture architecture,
    List<Participant> participants,
    List<PlannedTensor> tensors,
    Participant donor,
    ObjectNode config,
    WeightNaming naming,
    List<String> leftovers,
    Map<ModelRef, List<String>> unused) {

  /** Elements of all tensors. */
  long parameters() {
    return tensors.stream().mapToLong(t -> t.output().elements()).sum();
  }

  /** Bytes of all tensors. */
  long bytes() {
    return bytes(Set.of());
  }

  /** Bytes of the tensors but those that are complete. */
  long bytes(Set<String> complete) {
    return tensors.stream()
        .filter(t -> !complete.contains(t.output().name()))
        .mapToLong(t -> t.output().byteSize())
        .sum();
  }

  /** Bytes of all operands, as they are stored. */
  long readBytes() {
    return readBytes(Set.of());
  }

  /** Bytes of the operands of tensors that are not complete. */
  long readBytes(Set<String> complete) {
    return tensors.stream()
        .filter(t -> !complete.contains(t.output().name()))
        .flatMap(t -> t.merge().operands().stream())
        .mapToLong(o -> o.elements() * o.data().dtype().bytes())
        .sum();
  }
}

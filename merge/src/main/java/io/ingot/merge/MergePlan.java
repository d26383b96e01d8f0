package io.ingot.merge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.merge.recipe.Recipe;
import io.ingot.model.Architecture;
import java.util.List;

/**
 * Everything about a merge that headers tell.
 *
 * @param tensors in the order in which they are worked on and written
 * @param donor whose config.json and companion files are used
 * @param config of the result
 * @param leftovers tensors of the donor that no architecture lists; copied unless compatible
 * @param warnings what the user should know
 */
record MergePlan(
    Recipe recipe,
    MergeOptions options,
    Architecture architecture,
    List<Participant> participants,
    List<PlannedTensor> tensors,
    Participant donor,
    ObjectNode config,
    List<String> leftovers,
    List<String> warnings) {

  /** Elements of all tensors. */
  long parameters() {
    return tensors.stream().mapToLong(t -> t.output().elements()).sum();
  }

  /** Bytes of all tensors. */
  long bytes() {
    return tensors.stream().mapToLong(t -> t.output().byteSize()).sum();
  }
}

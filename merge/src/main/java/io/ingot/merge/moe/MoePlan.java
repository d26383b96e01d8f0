package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/**
 * Everything about a mixture that headers tell.
 *
 * @param tensors in the order in which they are written
 * @param config of the result
 * @param leftOut tensors of the base that the family has no place for
 * @param memoryBytes rough peak of memory beside the page cache
 */
record MoePlan(
    MoeRecipe recipe,
    MoeFamily family,
    MoeShape shape,
    List<MoeTensor> tensors,
    ObjectNode config,
    List<String> leftOut,
    List<String> warnings,
    long memoryBytes) {
  /** Elements of all tensors. */
  long parameters() {
    return tensors.stream().mapToLong(t -> t.output().elements()).sum();
  }

  /** Parameters that a token meets: all but those of the experts that it does not go to. */
  long activeParameters() {
    long expert = 3L * shape.hidden() * shape.expertWidth() * shape.layers();
    return parameters() - (shape.experts() - shape.perToken()) * expert;
  }

  /** Bytes of all tensors. */
  long bytes() {
    return bytes(Set.of());
  }

  /** Bytes of the tensors that are not complete. */
  long bytes(Set<String> complete) {
    return tensors.stream()
        .filter(t -> !complete.contains(t.output().name()))
        .mapToLong(t -> t.output().byteSize())
        .sum();
  }

  /** Bytes that the tensors which are not complete read. */
  long readBytes(Set<String> complete) {
    return tensors.stream()
        .filter(t -> !complete.contains(t.output().name()))
        .mapToLong(t -> t.content().readBytes())
        .sum();
  }
}

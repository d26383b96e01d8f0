package io.ingot.merge;

import io.ingot.merge.method.Operand;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What a merged vocabulary does to the rows of embeddings. */
interface EmbeddingRows {
  /** Leaves embeddings alone. */
  EmbeddingRows UNCHANGED =
      new EmbeddingRows() {
        @Override
        public Optional<Integer> size() {
          return Optional.empty();
        }

        @Override
        public List<Operand> permute(
            String tensor,
            List<Operand> operands,
            Function<String, Optional<Operand>> base,
            List<String> warnings) {
          return operands;
        }
      };

  /** Number of rows of all embeddings; empty when they are left alone. */
  Optional<Integer> size();

  /**
   * The operands with their rows in the order of the merged vocabulary.
   *
   * @param base gives the base model's operand for a tensor, also when it takes no part
   */
  List<Operand> permute(
      String tensor,
      List<Operand> operands,
      Function<String, Optional<Operand>> base,
      List<String> warnings);
}

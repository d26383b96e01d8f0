package io.ingot.merge.tokenizer;

import io.ingot.merge.method.Operand;
import io.ingot.merge.recipe.ModelRef;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What a merged vocabulary does to the rows of embeddings. */
public interface EmbeddingRows {
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
            Optional<ModelRef> base,
            Function<ModelRef, Optional<Operand>> others,
            List<String> warnings) {
          return operands;
        }
      };

  /** Number of rows of all embeddings; empty when they are left alone. */
  Optional<Integer> size();

  /**
   * The operands with their rows in the order of the merged vocabulary.
   *
   * @param base the base model of the tensor, whose row comes before an average of others
   * @param others gives the operand of a model that takes no part in the tensor
   */
  List<Operand> permute(
      String tensor,
      List<Operand> operands,
      Optional<ModelRef> base,
      Function<ModelRef, Optional<Operand>> others,
      List<String> warnings);
}

package io.ingot.merge.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How vocabularies become one.
 *
 * @param source where the vocabulary comes from
 * @param tokens exceptions by token
 * @param padToMultipleOf the number of rows is rounded up to a multiple of this
 */
public record TokenizerRecipe(
    Source source, Map<String, TokenRule> tokens, Optional<Integer> padToMultipleOf) {
  /** Where the vocabulary comes from. */
  public sealed interface Source {
    /** All tokens of all models. */
    record Union() implements Source {}

    /** The vocabulary of the base model. */
    record Base() implements Source {}

    /** The vocabulary of this model. */
    record Of(ModelRef model) implements Source {}
  }

  /**
   * Where the embedding of a token comes from.
   *
   * @param row empty: by the default rule
   * @param force whether it replaces also the rows of models that have the token
   */
  public record TokenRule(Optional<Row> row, boolean force) {}

  /** A row of an embedding. */
  public sealed interface Row {
    /** All zeros. */
    record Zero() implements Row {}

    /** The row of the same token in another model. */
    record Same(ModelRef model) implements Row {}

    /** The row of another token, by its text or its id. */
    record Token(ModelRef model, Optional<String> token, Optional<Integer> id) implements Row {}
  }

  /** Models that are named here. */
  public List<ModelRef> references() {
    List<ModelRef> found = new ArrayList<>();
    if (source instanceof Source.Of of) {
      found.add(of.model());
    }
    found.addAll(givers());
    return found;
  }

  /** Models that single rows are taken from. */
  public List<ModelRef> givers() {
    List<ModelRef> found = new ArrayList<>();
    for (TokenRule rule : tokens.values()) {
      rule.row()
          .ifPresent(
              row -> {
                switch (row) {
                  case Row.Zero zero -> {}
                  case Row.Same same -> found.add(same.model());
                  case Row.Token token -> found.add(token.model());
                }
              });
    }
    return found;
  }
}

package io.ingot.merge;

import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;

/** Opens the models that a recipe names. */
@FunctionalInterface
public interface ModelResolver {
  /**
   * Opens a model; the caller closes it.
   *
   * @throws io.ingot.error.IngotException when there is no such model
   */
  Model open(ModelRef reference);
}

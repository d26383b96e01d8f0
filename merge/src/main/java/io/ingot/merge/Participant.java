package io.ingot.merge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import io.ingot.tensor.TensorSource;

/**
 * An opened model of a recipe.
 *
 * @param config its config.json, with the architecture that the reference may override
 */
record Participant(ModelRef reference, Model model, ObjectNode config) {
  static Participant of(ModelRef reference, Model model) {
    ObjectNode config = model.config();
    reference.architecture().ifPresent(a -> config.putArray("architectures").add(a));
    return new Participant(reference, model, config);
  }

  TensorSource weights() {
    return model.weights();
  }
}

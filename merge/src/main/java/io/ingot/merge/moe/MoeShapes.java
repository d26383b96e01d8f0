package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import io.ingot.tensor.TensorInfo;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads the numbers of a mixture out of the base's config.json and the experts' headers. */
record MoeShapes(MoeRecipe recipe, Map<ModelRef, Model> models, List<String> problems) {
  /**
   * The shape; widths are those of the first layer, which {@link MoeModelCheck} holds the others
   * against.
   *
   * @throws IngotException when config.json lacks a number
   */
  MoeShape read() {
    ObjectNode config = model(recipe.base()).config();
    int layers = positive(config, "num_hidden_layers", 10_000);
    int hidden = positive(config, "hidden_size", 1 << 20);
    positive(config, "num_attention_heads", 1 << 20);
    positive(config, "vocab_size", 1 << 26);
    return new MoeShape(
        layers,
        hidden,
        recipe.experts().size(),
        recipe.expertsPerToken(),
        width(recipe.experts().getFirst().model()),
        recipe.shared().isEmpty() ? 0 : width(recipe.shared().getFirst().model()));
  }

  private Model model(ModelRef reference) {
    return Objects.requireNonNull(models.get(reference), reference::toString);
  }

  private int width(ModelRef reference) {
    TensorInfo gate =
        model(reference).weights().tensors().get("model.layers.0.mlp.gate_proj.weight");
    return gate == null || gate.shape().size() != 2 ? 0 : Math.toIntExact(gate.shape().getFirst());
  }

  private int positive(ObjectNode config, String key, int most) {
    JsonNode value = config.path(key);
    if (!value.isIntegralNumber() || value.asLong() < 1 || value.asLong() > most) {
      throw IngotException.invalid(
          "config.json of %s: %s is %s; expected a whole number from 1 to %d"
              .formatted(
                  recipe.base(), key, value.isMissingNode() ? "missing" : value.toString(), most));
    }
    return value.asInt();
  }
}

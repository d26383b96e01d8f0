package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.merge.moe.MoeRecipe.Expert;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import io.ingot.tensor.TensorInfo;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether the models of a mixture fit together, by their configurations and headers. */
record MoeModelCheck(
    MoeRecipe recipe,
    Map<ModelRef, Model> models,
    MoeShape shape,
    List<String> problems,
    List<String> warnings) {
  private static final Pattern MLP = Pattern.compile("model\\.layers\\.(\\d{1,6})\\.mlp\\..*");

  /** Whether a tensor is part of the MLP of a layer below {@code layers}. */
  static boolean isMlp(String name, int layers) {
    Matcher matcher = MLP.matcher(name);
    return matcher.matches() && Integer.parseInt(matcher.group(1)) < layers;
  }

  void check() {
    ObjectNode base = model(recipe.base()).config();
    embedding(base);
    for (Map.Entry<ModelRef, Model> other : models.entrySet()) {
      ObjectNode config = other.getValue().config();
      if (config.path("quantization_config").isObject()) {
        problems.add(
            "%s is quantized (quantization_config: %s); take the model as it was before, and quantize the mixture"
                .formatted(
                    other.getKey(),
                    config.path("quantization_config").path("quant_method").asText("?")));
      }
      for (String key : List.of("hidden_size", "num_hidden_layers", "hidden_act")) {
        if (!config.path(key).equals(base.path(key))
            && !config.path(key).asText().equals(base.path(key).asText())) {
          problems.add(
              "%s is %s in %s, but %s in %s"
                  .formatted(key, base.path(key), recipe.base(), config.path(key), other.getKey()));
        }
      }
      if (config.path("vocab_size").asInt() != base.path("vocab_size").asInt()) {
        warnings.add(
            "%s has a vocabulary of %s tokens, the base one of %s; its MLPs never met the base's"
                    .formatted(other.getKey(), config.path("vocab_size"), base.path("vocab_size"))
                + " other tokens");
      }
    }
    recipe.experts().forEach(e -> expert(e, shape.expertWidth()));
    recipe.shared().forEach(e -> expert(e, shape.sharedWidth()));
  }

  private Model model(ModelRef reference) {
    return Objects.requireNonNull(models.get(reference), reference::toString);
  }

  private void embedding(ObjectNode config) {
    TensorInfo info = model(recipe.base()).weights().tensors().get("model.embed_tokens.weight");
    if (info == null) {
      return;
    }
    List<Long> expected = List.of(config.path("vocab_size").asLong(), (long) shape.hidden());
    if (!info.shape().equals(expected)) {
      problems.add(
          "tensor %s of %s has the shape %s; its config.json asks for %s"
              .formatted(info.name(), recipe.base(), info.shape(), expected));
    }
  }

  private void expert(Expert expert, int width) {
    Map<String, TensorInfo> tensors = model(expert.model()).weights().tensors();
    long hidden = shape.hidden();
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (Projection projection : Projection.values()) {
        String name = "model.layers.%d.mlp.%s".formatted(layer, projection.text());
        List<Long> expected =
            projection == Projection.DOWN
                ? List.of(hidden, (long) width)
                : List.of((long) width, hidden);
        matrix(expert, tensors.get(name + ".weight"), name + ".weight", expected);
        if (tensors.containsKey(name + ".bias")) {
          problems.add(
              "%s has the tensor %s.bias, which experts have no place for"
                  .formatted(expert.model(), name));
        }
      }
    }
  }

  private void matrix(Expert expert, @Nullable TensorInfo info, String name, List<Long> expected) {
    if (info == null) {
      problems.add("tensor %s is required but missing in %s".formatted(name, expert.model()));
    } else if (!info.shape().equals(expected)) {
      problems.add(
          "tensor %s of %s has the shape %s; the other experts and the base ask for %s"
              .formatted(name, expert.model(), info.shape(), expected));
    } else if (!info.dtype().isPlain()) {
      problems.add(
          "tensor %s of %s is %s; quantized models cannot become experts"
              .formatted(name, expert.model(), info.dtype()));
    }
  }
}

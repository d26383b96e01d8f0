package io.ingot.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.merge.recipe.Recipe;
import io.ingot.model.Architecture;
import io.ingot.model.Architectures;
import io.ingot.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What differs between models that are to be merged, by their configurations and headers: things
 * that no formula notices and that make a bad model.
 */
final class ModelComparison {
  /** Keys of config.json that change what the same weights compute. */
  private static final List<String> MEANING =
      List.of(
          "rope_theta",
          "rope_scaling",
          "rope_parameters",
          "partial_rotary_factor",
          "num_attention_heads",
          "num_key_value_heads",
          "head_dim",
          "hidden_act",
          "hidden_activation",
          "rms_norm_eps",
          "layer_norm_eps",
          "sliding_window",
          "layer_types",
          "num_experts_per_tok",
          "attention_multiplier",
          "residual_multiplier",
          "final_logit_softcapping",
          "attn_logit_softcapping");

  private final Recipe recipe;
  private final Participant donor;
  private final List<Participant> models;
  private final Findings findings;

  /**
   * @param donor whose config.json goes along
   * @param models those that are merged
   */
  ModelComparison(Recipe recipe, Participant donor, List<Participant> models, Findings findings) {
    this.recipe = recipe;
    this.donor = donor;
    this.models = models;
    this.findings = findings;
  }

  void check() {
    VocabularyCheck vocabulary = new VocabularyCheck(donor, findings);
    for (Participant model : models) {
      quantized(model);
      vocabulary.ownSize(model, architecture(model));
      if (!model.reference().equals(donor.reference())) {
        meaning(model);
        if (recipe.tokenizer().isEmpty()) {
          vocabulary.compare(model);
        }
      }
    }
    dtypes();
    heads();
  }

  private static Optional<Architecture> architecture(Participant model) {
    try {
      return Architectures.find(model.config());
    } catch (IngotException e) {
      // The planner reports it.
      return Optional.empty();
    }
  }

  private void quantized(Participant model) {
    JsonNode settings = model.config().path("quantization_config");
    if (settings.isObject()) {
      findings.warn(
          model.reference().toString(),
          "",
          "its weights are quantized (quantization_config: %s)"
              .formatted(settings.path("quant_method").asText("?")),
          "merge the model as it was before, then quantize the result");
      return;
    }
    model.weights().tensors().values().stream()
        .filter(t -> t.dtype().isFloating() && !t.dtype().isPlain())
        .findFirst()
        .ifPresent(
            t ->
                findings.warn(
                    model.reference().toString(),
                    "",
                    "it has weights of 8 bits (such as %s, %s), whose numbers are taken as they are, without scales"
                        .formatted(t.name(), t.dtype()),
                    "merge the model as it was before, then quantize the result"));
  }

  private void meaning(Participant model) {
    for (String key : MEANING) {
      JsonNode mine = value(donor.config(), key);
      JsonNode theirs = value(model.config(), key);
      if (!mine.isMissingNode() && !theirs.isMissingNode() && !mine.equals(theirs)) {
        findings.warn(
            model.reference().toString(),
            "",
            "config.json says %s %s, that of %s says %s"
                .formatted(key, shortened(theirs), donor.reference(), shortened(mine)),
            "the result gets the latter for all weights");
      }
    }
  }

  private static JsonNode value(ObjectNode config, String key) {
    JsonNode own = config.path(key);
    return own.isMissingNode() ? config.path("text_config").path(key) : own;
  }

  private static String shortened(JsonNode value) {
    String text = value.toString();
    return text.length() > 80 ? text.substring(0, 77) + "..." : text;
  }

  /** The dtype of most elements. */
  static Optional<DType> main(Participant model) {
    Map<DType, Long> elements = new TreeMap<>();
    model
        .weights()
        .tensors()
        .values()
        .forEach(t -> elements.merge(t.dtype(), t.elements(), Long::sum));
    return elements.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }

  private void dtypes() {
    Map<DType, List<String>> by = new TreeMap<>();
    for (Participant model : models) {
      main(model)
          .ifPresent(
              type ->
                  by.computeIfAbsent(type, t -> new java.util.ArrayList<>())
                      .add(model.reference().toString()));
    }
    if (by.size() > 1 && recipe.dtype().isEmpty()) {
      List<String> parts =
          by.entrySet().stream()
              .map(e -> String.join(", ", e.getValue()) + " " + e.getKey())
              .toList();
      findings.warn(
          "",
          "",
          "the models are stored in different dtypes ("
              + String.join("; ", parts)
              + "), which are promoted tensor by tensor",
          "'dtype: bfloat16' or 'dtype: float32' says in which the arithmetic is done, 'out_dtype' what is written");
    }
  }

  private void heads() {
    List<String> with =
        models.stream()
            .filter(ModelComparison::hasHead)
            .map(m -> m.reference().toString())
            .toList();
    if (!with.isEmpty() && with.size() < models.size()) {
      List<String> without =
          models.stream().filter(m -> !hasHead(m)).map(m -> m.reference().toString()).toList();
      findings.warn(
          "",
          "",
          "with a head of their own: %s; with the embedding in its place: %s"
              .formatted(String.join(", ", with), String.join(", ", without)),
          "a head is written, merged of both");
    }
  }

  private static boolean hasHead(Participant model) {
    return model.weights().tensors().keySet().stream().anyMatch(ConfigEdits::isHead);
  }
}

package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.job.planner.Reference.Wants;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The model references of a mergekit recipe, in the order of the file: {@code base_model}, {@code
 * model} of models and sources, and the sources of a tokenizer and of its tokens. Each is a text
 * {@code path[@revision][+lora]} or one of mergekit's mappings {@code {path, revision}} and {@code
 * {model, lora, override_architecture}}, which become such a text. What has another shape is left
 * to the reader of recipes to tell.
 */
final class MergeReferences {
  private static final Set<String> NO_MODEL = Set.of("union", "base");

  private final List<Reference> all;

  private MergeReferences(List<Reference> all) {
    this.all = all;
  }

  static void collect(JsonNode recipe, String path, List<Reference> all) {
    new MergeReferences(all).module(recipe, path);
  }

  /** The recipe itself, or one of its modules. */
  private void module(JsonNode module, String path) {
    for (Map.Entry<String, JsonNode> entry : module.properties()) {
      String inner = path + "." + entry.getKey();
      JsonNode value = entry.getValue();
      switch (entry.getKey()) {
        case "base_model" -> reference(value, inner);
        case "models" -> sources(value, inner);
        case "slices" -> {
          for (int i = 0; i < value.size(); i++) {
            String slice = inner + "[" + i + "]";
            reference(value.get(i).path("base_model"), slice + ".base_model");
            sources(value.get(i).path("sources"), slice + ".sources");
          }
        }
        case "modules" ->
            value.properties().forEach(m -> module(m.getValue(), inner + "." + m.getKey()));
        case "tokenizer_source" -> tokens(value, inner);
        case "tokenizer" -> {
          tokens(value.path("source"), inner + ".source");
          value
              .path("tokens")
              .properties()
              .forEach(
                  token ->
                      row(
                          token.getValue().path("source"),
                          inner + ".tokens." + token.getKey() + ".source"));
        }
        default -> {}
      }
    }
  }

  private void sources(JsonNode list, String path) {
    for (int i = 0; i < list.size(); i++) {
      reference(list.get(i).path("model"), path + "[" + i + "].model");
    }
  }

  /** A tokenizer: {@code union} and {@code base} are words, not models. */
  private void tokens(JsonNode value, String path) {
    if (!value.isTextual() || !NO_MODEL.contains(value.textValue())) {
      reference(value, path);
    }
  }

  /** The embedding of one token: of a model, of a token of a model, or zeros. */
  private void row(JsonNode value, String path) {
    switch (value.path("kind").asText()) {
      case "" -> reference(value, path);
      case "model_token" -> reference(value.path("model"), path + ".model");
      default -> {}
    }
  }

  private void reference(JsonNode value, String path) {
    String text = part(value.has("model") ? value.get("model") : value);
    if (!text.isEmpty()) {
      String lora = part(value.path("lora"));
      all.add(new Reference(lora.isEmpty() ? text : text + "+" + lora, path, Wants.MODEL));
    }
  }

  private static String part(JsonNode value) {
    if (value.path("path").isTextual()) {
      String revision = value.path("revision").asText("");
      return value.get("path").textValue() + (revision.isEmpty() ? "" : "@" + revision);
    }
    return value.isTextual() ? value.textValue() : "";
  }
}

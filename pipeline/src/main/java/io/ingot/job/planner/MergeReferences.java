package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.job.planner.Reference.Wants;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The model references of a mergekit recipe: {@code base_model}, {@code model} of models and
 * sources, and the sources of a tokenizer.
 */
final class MergeReferences {
  private static final Set<String> NO_MODEL = Set.of("union", "base");

  private MergeReferences() {}

  static void collect(JsonNode node, String path, List<Reference> all) {
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        collect(node.get(i), path + "[" + i + "]", all);
      }
      return;
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = entry.getKey();
      String inner = path + "." + key;
      JsonNode value = entry.getValue();
      switch (key) {
        case "base_model", "model" -> reference(value, inner, all);
        case "tokenizer_source", "source" -> {
          if (value.isTextual() && !NO_MODEL.contains(value.textValue())) {
            reference(value, inner, all);
          } else if (value.isContainerNode()) {
            collect(value, inner, all);
          }
        }
        case "parameters", "dtype", "out_dtype", "merge_method", "chat_template" -> {}
        default -> {
          if (value.isContainerNode()) {
            collect(value, inner, all);
          }
        }
      }
    }
  }

  /** Text, or mergekit's mapping {@code {model: {path, revision}, lora: ...}} as such a text. */
  private static void reference(JsonNode value, String path, List<Reference> all) {
    String text = part(value.has("model") ? value.get("model") : value);
    if (text.isEmpty()) {
      return; // the reader of recipes tells
    }
    String lora = part(value.path("lora"));
    all.add(new Reference(lora.isEmpty() ? text : text + "+" + lora, path, Wants.MODEL));
  }

  private static String part(JsonNode value) {
    if (value.path("path").isTextual()) {
      String revision = value.path("revision").asText("");
      return value.get("path").textValue() + (revision.isEmpty() ? "" : "@" + revision);
    }
    return value.isTextual() ? value.textValue() : "";
  }
}

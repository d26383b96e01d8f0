package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.ingot.gguf.mix.FileType;

/** Names of GGUF types: files, reports and gates use one spelling, jobs any of llama-quantize's. */
final class QuantizeTypes {
  private QuantizeTypes() {}

  static String name(String text) {
    return FileType.find(text).map(FileType::name).orElse(text);
  }

  static ArrayNode names(JsonNode types) {
    ArrayNode names = Json.array();
    types.forEach(type -> names.add(name(type.asText())));
    return names;
  }
}

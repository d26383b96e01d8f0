package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * What the configuration classes of transformers 4.57.6 add to a config.json, as far as a
 * conversion looks at it: a file that leaves a key out means the default of its class. A text
 * {@code =key} or {@code =key/key} in the table is computed from other keys, also in place of null.
 */
final class ConfigDefaults {
  private static final JsonNode TABLE = load();

  private ConfigDefaults() {}

  private static JsonNode load() {
    try (InputStream in = ConfigDefaults.class.getResourceAsStream("config-defaults.json")) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A copy of the configuration with defaults, the text part of a multimodal one on top. */
  static ModelConfig complete(ObjectNode raw) {
    ObjectNode config = raw.deepCopy();
    String type = config.path("model_type").asText();
    JsonNode text = config.get("text_config");
    if (text instanceof ObjectNode part) {
      fill(part, part.path("model_type").asText(type + "_text"));
      config.setAll(part);
    } else {
      fill(config, type);
    }
    return new ModelConfig(config);
  }

  private static void fill(ObjectNode config, String modelType) {
    TABLE
        .path(modelType)
        .properties()
        .forEach(
            field -> {
              String formula = field.getValue().asText();
              if (!formula.startsWith("=")) {
                if (!config.has(field.getKey())) {
                  config.set(field.getKey(), field.getValue());
                }
              } else if (!config.hasNonNull(field.getKey())) {
                compute(config, field.getKey(), formula.substring(1).split("/"));
              }
            });
  }

  private static void compute(ObjectNode config, String key, String[] operands) {
    long value = config.path(operands[0]).longValue();
    if (operands.length == 2) {
      long divisor = config.path(operands[1]).longValue();
      if (divisor == 0) {
        return;
      }
      value = Math.floorDiv(value, divisor);
    }
    config.set(key, LongNode.valueOf(value));
  }
}

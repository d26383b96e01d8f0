package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.util.Optional;

/**
 * The hyper-parameters of a model: config.json with the defaults of its configuration class filled
 * in and a text part moved to the top level. A key that is there with null counts as given.
 */
final class ModelConfig {
  private final ObjectNode values;

  ModelConfig(ObjectNode values) {
    this.values = values;
  }

  ObjectNode values() {
    return values;
  }

  /** The value of the first of these keys that exists; empty when none does or it is null. */
  Optional<JsonNode> find(String... keys) {
    for (String key : keys) {
      if (values.has(key)) {
        return Optional.of(values.get(key)).filter(value -> !value.isNull());
      }
    }
    return Optional.empty();
  }

  /** The integer value of the first of these keys that exists. */
  Optional<Long> findLong(String... keys) {
    return find(keys).map(value -> integer(value, keys));
  }

  long requireLong(String... keys) {
    return findLong(keys).orElseThrow(() -> missing(keys));
  }

  double requireDouble(String... keys) {
    return find(keys).orElseThrow(() -> missing(keys)).doubleValue();
  }

  Optional<String> findText(String... keys) {
    return find(keys).map(JsonNode::asText);
  }

  boolean has(String key) {
    return values.has(key);
  }

  private static long integer(JsonNode value, String... keys) {
    if (!value.isIntegralNumber()) {
      throw IngotException.invalid(
          "config.json: " + String.join(" or ", keys) + " is " + value + ", not an integer");
    }
    return value.longValue();
  }

  static IngotException missing(String... keys) {
    return IngotException.invalid(
        "config.json lacks " + String.join(" (or ", keys) + ")".repeat(keys.length - 1));
  }
}

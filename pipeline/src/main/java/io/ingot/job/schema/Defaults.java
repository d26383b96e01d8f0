package io.ingot.job.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.job.schema.Schema.Key;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands for keys that nobody wrote. */
public final class Defaults {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private Defaults() {}

  /** The value of a key that is left out; null where it then is not there at all. */
  public static @Nullable JsonNode of(Key key) {
    if (key.byDefault().isPresent()) {
      return coerce(key.byDefault().get(), key.schema());
    }
    return key.schema() instanceof Schema.Struct inner && !key.nullable() ? of(inner) : null;
  }

  /** A mapping that nobody wrote; null where one of its keys is required. */
  public static @Nullable ObjectNode of(Schema.Struct struct) {
    ObjectNode result = JSON.objectNode();
    for (Map.Entry<String, Key> entry : struct.keys().entrySet()) {
      if (entry.getValue().required()) {
        return null;
      }
      JsonNode value = of(entry.getValue());
      if (value != null) {
        result.set(entry.getKey(), value);
      }
    }
    return result;
  }

  /** {@code 1} as the default of a number is 1.0, so that it equals what is read from a file. */
  private static JsonNode coerce(JsonNode value, Schema schema) {
    if (schema instanceof Schema.Real && value.isNumber()) {
      return JSON.numberNode(value.doubleValue());
    } else if (schema instanceof Schema.Items items && value.isArray()) {
      ArrayNode result = JSON.arrayNode();
      value.forEach(item -> result.add(coerce(item, items.item())));
      return result;
    }
    return value;
  }
}

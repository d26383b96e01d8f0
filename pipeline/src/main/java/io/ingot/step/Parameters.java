package io.ingot.step;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;

/**
 * Parameters of a step between the job file, the database and the step's record. Keys are the
 * record's components in snake_case; constants of enums are written in lower case unless
 * {@code @JsonProperty} says otherwise. Thread-safe.
 */
public final class Parameters {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private Parameters() {}

  /**
   * The record of these parameters; keys that are missing become null.
   *
   * @throws IngotException naming the key that does not fit
   */
  public static <T> T decode(JsonNode parameters, Class<T> type) {
    try {
      return JSON.treeToValue(parameters, type);
    } catch (JsonProcessingException e) {
      throw IngotException.invalid("parameters do not fit: " + e.getOriginalMessage());
    }
  }

  /** The tree of a record; components that are null are left out. */
  public static ObjectNode encode(Record parameters) {
    return JSON.valueToTree(parameters);
  }

  /** The tree of a JSON text that {@link #canonical} wrote. */
  public static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Text with sorted keys and no white space: equal trees give equal texts. */
  public static String canonical(JsonNode tree) {
    try {
      return JSON.writeValueAsString(JSON.treeToValue(tree, Object.class));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}

package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** The rotary embedding's parameters, gathered from wherever a configuration keeps them. */
final class RopeParameters {
  private final ObjectNode values;

  private RopeParameters(ObjectNode values) {
    this.values = values;
  }

  static RopeParameters of(ModelConfig config) {
    JsonNode given =
        config.has("rope_parameters")
            ? config.values().get("rope_parameters")
            : config.values().get("rope_scaling");
    ObjectNode values =
        given instanceof ObjectNode object
            ? object.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    if (!values.has("full_attention") && !values.has("sliding_attention")) {
      config
          .find(
              "local_rope_theta",
              "rope_local_theta",
              "rope_theta_local",
              "swa_rope_theta",
              "rope_local_base_freq")
          .ifPresent(theta -> values.putObject("sliding_attention").set("rope_theta", theta));
      mirror(
          values,
          "rope_theta",
          config.find(
              "global_rope_theta",
              "rope_global_theta",
              "rope_theta_global",
              "rope_theta",
              "rotary_emb_base"));
      mirror(
          values,
          "rope_type",
          Optional.ofNullable(values.get("type")).filter(type -> !type.isNull()));
      mirror(
          values,
          "partial_rotary_factor",
          config.find("partial_rotary_factor", "rope_pct", "rope_percent"));
      mirror(
          values,
          "original_max_position_embeddings",
          config.find("original_max_position_embeddings"));
    }
    return new RopeParameters(values);
  }

  private static void mirror(ObjectNode values, String key, Optional<JsonNode> value) {
    if (!values.has(key)) {
      value.ifPresent(node -> values.set(key, node));
    }
  }

  /** A value of the layers with full attention. */
  Optional<JsonNode> find(String key) {
    JsonNode full = values.get("full_attention");
    return present(full instanceof ObjectNode ? full.get(key) : values.get(key));
  }

  /** A value that layers do not differ in. */
  Optional<JsonNode> common(String key) {
    return present(values.get(key));
  }

  /** The base of the layers with sliding attention. */
  Optional<JsonNode> slidingTheta() {
    return present(values.path("sliding_attention").get("rope_theta"));
  }

  String type() {
    return find("rope_type").map(JsonNode::asText).orElse("");
  }

  private static Optional<JsonNode> present(JsonNode node) {
    return Optional.ofNullable(node).filter(value -> !value.isNull());
  }
}

package io.ingot.train.decoder.rotary;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code rope_parameters} of transformers 5 or {@code rope_scaling} of earlier ones.
 * Formulas: transformers {@code modeling_rope_utils}.
 */
public final class RotaryTypes {
  private static final String KNOWN = "default, linear, dynamic, llama3, yarn, longrope";

  private RotaryTypes() {}

  /**
   * The embedding that a configuration names.
   *
   * @param scaling parameters, with {@code rope_type} or {@code type}; may be a missing node
   * @param theta base of the frequencies
   * @param dimensions rotated dimensions of a head
   * @param maximum {@code max_position_embeddings}
   * @param original {@code original_max_position_embeddings} of the model, else maximum
   * @throws IngotException for an unknown type or an absent parameter
   */
  public static RotaryEmbedding of(
      JsonNode scaling, double theta, int dimensions, int maximum, int original) {
    String type = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
    RotaryEmbedding plain = new DefaultRotary(theta, dimensions);
    int first = scaling.path("original_max_position_embeddings").asInt(original);
    return switch (type) {
      case "default" -> plain;
      case "linear" -> new LinearRotary(plain, number(scaling, "factor"));
      case "dynamic" -> new DynamicRotary(theta, dimensions, number(scaling, "factor"), maximum);
      case "llama3" ->
          new Llama3Rotary(
              plain,
              number(scaling, "factor"),
              number(scaling, "low_freq_factor"),
              number(scaling, "high_freq_factor"),
              first);
      case "yarn" -> yarn(scaling, theta, dimensions, maximum, first);
      case "longrope", "su" -> longrope(scaling, plain, dimensions, maximum, first);
      default ->
          throw IngotException.invalid(
              "config.json: unknown rope type '" + type + "'; known: " + KNOWN);
    };
  }

  private static RotaryEmbedding yarn(
      JsonNode scaling, double theta, int dimensions, int maximum, int original) {
    double factor = scaling.path("factor").asDouble((double) maximum / original);
    double scale = scaling.path("mscale").asDouble(0);
    double scaleAll = scaling.path("mscale_all_dim").asDouble(0);
    double rule =
        scale != 0 && scaleAll != 0
            ? YarnRotary.magnitude(factor, scale) / YarnRotary.magnitude(factor, scaleAll)
            : YarnRotary.magnitude(factor, 1);
    return new YarnRotary(
        theta,
        dimensions,
        factor,
        scaling.path("attention_factor").asDouble(rule),
        scaling.path("beta_fast").asDouble(32),
        scaling.path("beta_slow").asDouble(1),
        original,
        scaling.path("truncate").asBoolean(true));
  }

  private static RotaryEmbedding longrope(
      JsonNode scaling, RotaryEmbedding plain, int dimensions, int maximum, int original) {
    double stretch =
        original < maximum ? (double) maximum / original : scaling.path("factor").asDouble(1);
    double rule = stretch <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(original));
    return new LongRotary(
        plain,
        numbers(scaling, "short_factor", dimensions / 2),
        numbers(scaling, "long_factor", dimensions / 2),
        original,
        scaling.path("attention_factor").asDouble(rule));
  }

  private static double number(JsonNode scaling, String key) {
    JsonNode value = scaling.path(key);
    if (!value.isNumber()) {
      throw IngotException.invalid("config.json: the rope parameter " + key + " is missing");
    }
    return value.asDouble();
  }

  private static List<Double> numbers(JsonNode scaling, String key, int count) {
    List<Double> values = new ArrayList<>();
    scaling.path(key).forEach(v -> values.add(v.asDouble()));
    if (values.size() != count) {
      throw IngotException.invalid(
          "config.json: the rope parameter "
              + key
              + " has "
              + values.size()
              + " numbers; expected "
              + count);
    }
    return List.copyOf(values);
  }
}

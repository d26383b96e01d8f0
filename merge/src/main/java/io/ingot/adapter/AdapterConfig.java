package io.ingot.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.model.BoundedJson;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What adapter_config.json says about the arithmetic.
 *
 * @param rank of modules that no pattern names
 * @param alpha likewise
 * @param rankPattern rank by a regular expression that ends the module's name
 * @param alphaPattern likewise
 * @param fanInFanOut whether base weights lie as {@code [in, out]} (GPT-2)
 */
public record AdapterConfig(
    int rank,
    double alpha,
    boolean rankStabilized,
    boolean dora,
    boolean fanInFanOut,
    SequencedMap<String, Integer> rankPattern,
    SequencedMap<String, Double> alphaPattern) {
  /** Keys whose presence means arithmetic that is not LoRA as described by its papers. */
  private static final List<String> FOREIGN =
      List.of(
          "layer_replication",
          "target_parameters",
          "trainable_token_indices",
          "use_qalora",
          "use_bdlora",
          "arrow_config",
          "velora_config",
          "monteclora_config",
          "kasa_config",
          "alora_invocation_tokens");

  /**
   * Reads adapter_config.json.
   *
   * @throws IngotException INVALID for another kind of adapter, naming the key
   */
  public static AdapterConfig read(Path file) {
    ObjectNode json = BoundedJson.read(file);
    String type = json.path("peft_type").asText("");
    if (!type.equals("LORA")) {
      throw IngotException.invalid(
          file + " has peft_type '" + type + "'; only LORA (with rsLoRA and DoRA) can be folded");
    }
    for (String key : FOREIGN) {
      JsonNode value = json.path(key);
      boolean used =
          value.isContainerNode() ? !value.isEmpty() : value.isTextual() || value.asBoolean(false);
      if (used) {
        throw IngotException.invalid(
            file + " uses " + key + ", which cannot be folded into weights");
      }
    }
    return new AdapterConfig(
        positive(file, "r", json.path("r").asInt(8)),
        json.path("lora_alpha").asDouble(8),
        json.path("use_rslora").asBoolean(false),
        json.path("use_dora").asBoolean(false),
        json.path("fan_in_fan_out").asBoolean(false),
        ranks(file, json.path("rank_pattern")),
        alphas(json.path("alpha_pattern")));
  }

  /** alpha / r, or alpha / sqrt(r) when rank-stabilized, of a module. */
  public double scaling(String module) {
    double moduleAlpha = match(alphaPattern, module, alpha);
    int moduleRank = match(rankPattern, module, rank);
    return rankStabilized ? moduleAlpha / Math.sqrt(moduleRank) : moduleAlpha / moduleRank;
  }

  /** The rank of a module. */
  public int rank(String module) {
    return match(rankPattern, module, rank);
  }

  /** First pattern that is the end of the name, on a dot; as PEFT's {@code (.*\.)?(key)$}. */
  private static <T> T match(SequencedMap<String, T> patterns, String module, T otherwise) {
    for (Map.Entry<String, T> entry : patterns.entrySet()) {
      String key = entry.getKey();
      if (module.equals(key) || module.endsWith("." + key)) {
        return entry.getValue();
      }
      try {
        if (Pattern.compile("(.*\\.)?(" + key + ")$").matcher(module).lookingAt()) {
          return entry.getValue();
        }
      } catch (PatternSyntaxException e) {
        throw IngotException.invalid(
            "adapter_config.json: '" + key + "' is no regular expression: " + e.getDescription());
      }
    }
    return otherwise;
  }

  private static SequencedMap<String, Integer> ranks(Path file, JsonNode node) {
    SequencedMap<String, Integer> ranks = new LinkedHashMap<>();
    node.properties()
        .forEach(e -> ranks.put(e.getKey(), positive(file, e.getKey(), e.getValue().asInt())));
    return ranks;
  }

  private static SequencedMap<String, Double> alphas(JsonNode node) {
    SequencedMap<String, Double> alphas = new LinkedHashMap<>();
    node.properties().forEach(e -> alphas.put(e.getKey(), e.getValue().asDouble()));
    return alphas;
  }

  private static int positive(Path file, String key, int value) {
    if (value <= 0) {
      throw IngotException.invalid(
          file + ": the rank '" + key + "' is " + value + ", not positive");
    }
    return value;
  }
}

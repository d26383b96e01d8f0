package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;

/**
 * Dense models that experts can be made of, with what their configuration class says where
 * config.json says nothing (transformers, {@code configuration_*.py}): another class, which the
 * result has, says other things.
 */
enum DenseFamily {
  LLAMA("llama", "LlamaForCausalLM", 2048),
  MISTRAL("mistral", "MistralForCausalLM", 131072),
  QWEN2("qwen2", "Qwen2ForCausalLM", 32768),
  QWEN3("qwen3", "Qwen3ForCausalLM", 32768);

  private final String modelType;
  private final String className;
  private final int positions;

  DenseFamily(String modelType, String className, int positions) {
    this.modelType = modelType;
    this.className = className;
    this.positions = positions;
  }

  String modelType() {
    return modelType;
  }

  /** The family of a config.json, by {@code model_type}, else by class; empty for others. */
  static Optional<DenseFamily> of(ObjectNode config) {
    String type = config.path("model_type").asText();
    String name = config.path("architectures").path(0).asText();
    return Arrays.stream(values())
        .filter(f -> type.isEmpty() ? f.className.equals(name) : f.modelType.equals(type))
        .findFirst();
  }

  /** Writes out what is left to the class. */
  void complete(ObjectNode config) {
    config.put("model_type", modelType);
    fill(config, "hidden_act", "silu");
    fill(config, "max_position_embeddings", positions);
    if (!config.has("rms_norm_eps")) {
      config.put("rms_norm_eps", 1e-6);
    }
    if (!config.hasNonNull("num_key_value_heads")) {
      boolean absent = !config.has("num_key_value_heads");
      int heads = config.path("num_attention_heads").asInt();
      config.put(
          "num_key_value_heads",
          switch (this) {
            case LLAMA -> heads;
            case MISTRAL -> absent ? 8 : heads;
            case QWEN2, QWEN3 -> absent ? 32 : heads;
          });
    }
    if (!config.has("rope_theta") && !config.path("rope_parameters").has("rope_theta")) {
      config.put("rope_theta", 1e4);
    }
    if (this == MISTRAL && !config.has("sliding_window")) {
      config.put("sliding_window", 4096);
    }
    if (this == QWEN3 && !config.has("head_dim")) {
      config.put("head_dim", 128);
    }
  }

  private static void fill(ObjectNode config, String key, String value) {
    if (!config.has(key)) {
      config.put(key, value);
    }
  }

  private static void fill(ObjectNode config, String key, int value) {
    if (!config.has(key)) {
      config.put(key, value);
    }
  }

  /** Tokens that a layer looks back on where some layers do not see all; 0: all see all. */
  int window(ObjectNode config) {
    int size = config.path("sliding_window").asInt(0);
    return switch (this) {
      case LLAMA -> 0;
      case MISTRAL -> size;
      case QWEN2, QWEN3 -> config.path("use_sliding_window").asBoolean(false) ? size : 0;
    };
  }
}

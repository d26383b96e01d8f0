package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.gguf.GgufValue;

/** The hyper-parameters that most families share, in the order of the reference. */
final class TextParameters {
  private TextParameters() {}

  static void write(
      KeyValues out, String arch, ModelConfig config, RopeParameters rope, OutType type) {
    String a = arch + ".";
    out.u32(a + "block_count", blocks(config));
    config
        .findLong(
            "max_position_embeddings",
            "n_ctx",
            "n_positions",
            "max_length",
            "max_sequence_length",
            "model_max_length")
        .ifPresent(value -> out.u32(a + "context_length", value));
    config
        .findLong("hidden_size", "n_embd", "dim")
        .ifPresent(value -> out.u32(a + "embedding_length", value));
    config
        .findLong(
            "prefix_dense_intermediate_size",
            "dense_intermediate_size",
            "intermediate_size",
            "n_inner",
            "hidden_dim")
        .ifPresent(value -> out.u32(a + "feed_forward_length", value));
    config
        .findLong("num_attention_heads", "n_head", "n_heads")
        .ifPresent(value -> out.u32(a + "attention.head_count", value));
    config
        .findLong("num_key_value_heads", "n_kv_heads")
        .ifPresent(value -> out.u32(a + "attention.head_count_kv", value));
    if (config
        .find("is_causal")
        .map(value -> value.isBoolean() && !value.asBoolean())
        .orElse(false)) {
      out.flag(a + "attention.causal", false);
    }
    scaling(out, a + "rope.scaling.", rope);
    rope.common("mrope_section").ifPresent(sections -> sections(out, a, sections));
    rope.find("rope_theta").ifPresent(theta -> out.f32(a + "rope.freq_base", theta.doubleValue()));
    rope.slidingTheta().ifPresent(theta -> out.f32(a + "rope.freq_base_swa", theta.doubleValue()));
    config
        .find("rms_norm_eps", "norm_eps")
        .ifPresent(eps -> out.f32(a + "attention.layer_norm_rms_epsilon", eps.doubleValue()));
    config
        .find("layer_norm_eps", "layer_norm_epsilon", "norm_epsilon")
        .ifPresent(eps -> out.f32(a + "attention.layer_norm_epsilon", eps.doubleValue()));
    experts(out, a, config);
    config
        .findLong("head_dim")
        .ifPresent(
            dim -> {
              out.u32(a + "attention.key_length", dim);
              out.u32(a + "attention.value_length", dim);
            });
    out.u32("general.file_type", type.fileType());
  }

  static long blocks(ModelConfig config) {
    return config.requireLong("n_layers", "num_hidden_layers", "n_layer", "num_layers");
  }

  private static void scaling(KeyValues out, String prefix, RopeParameters rope) {
    boolean factor = rope.find("factor").isPresent();
    switch (rope.type()) {
      case "linear" -> {
        if (factor) {
          out.text(prefix + "type", "linear");
          real(out, prefix + "factor", rope, "factor");
        }
      }
      case "yarn" -> {
        if (factor) {
          out.text(prefix + "type", "yarn");
          real(out, prefix + "factor", rope, "factor");
          long original =
              rope.find("original_max_position_embeddings")
                  .orElseThrow(() -> ModelConfig.missing("original_max_position_embeddings"))
                  .longValue();
          out.u32(prefix + "original_context_length", original);
          real(out, prefix + "yarn_ext_factor", rope, "extrapolation_factor");
          if (rope.find("attention_factor").isPresent()) {
            real(out, prefix + "yarn_attn_factor", rope, "attention_factor");
          } else {
            real(out, prefix + "yarn_attn_factor", rope, "attn_factor");
          }
          real(out, prefix + "yarn_beta_fast", rope, "beta_fast");
          real(out, prefix + "yarn_beta_slow", rope, "beta_slow");
        }
      }
      case "su", "longrope" -> out.text(prefix + "type", "longrope");
      default -> {
        // llama3 becomes a tensor; what is unknown is left to the runtime's default.
      }
    }
  }

  private static void real(KeyValues out, String key, RopeParameters rope, String name) {
    rope.find(name).ifPresent(value -> out.f32(key, value.doubleValue()));
  }

  private static void sections(KeyValues out, String a, JsonNode sections) {
    int[] padded = new int[4];
    for (int i = 0; i < Math.min(4, sections.size()); i++) {
      padded[i] = sections.get(i).intValue();
    }
    out.put(a + "rope.dimension_sections", GgufValue.i32s(padded));
  }

  private static void experts(KeyValues out, String a, ModelConfig config) {
    config
        .findLong("num_local_experts", "num_experts", "n_routed_experts")
        .ifPresent(value -> out.u32(a + "expert_count", value));
    config
        .findLong("num_experts_per_tok", "num_experts_per_token", "top_k_experts")
        .ifPresent(value -> out.u32(a + "expert_used_count", value));
    config.findLong("n_group").ifPresent(value -> out.u32(a + "expert_group_count", value));
    config.findLong("topk_group").ifPresent(value -> out.u32(a + "expert_group_used_count", value));
    config
        .findText(
            "score_function",
            "scoring_func",
            "score_func",
            "moe_router_activation",
            "moe_router_activation_func",
            "expert_selection_fn")
        .ifPresent(name -> out.u32(a + "expert_gating_func", gating(name)));
  }

  private static int gating(String name) {
    return switch (name) {
      case "softmax" -> 1;
      case "sigmoid" -> 2;
      case "sqrtsoftplus" -> 4;
      default ->
          throw IngotException.invalid(
              "config.json: unknown expert score function '"
                  + name
                  + "'; known: softmax, sigmoid, sqrtsoftplus");
    };
  }
}

package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Qwen 3 MoE (arXiv:2505.09388): Qwen 3 whose MLPs are experts. */
final class Qwen3Moe implements MoeFamily {
  @Override
  public String name() {
    return "Qwen3 MoE";
  }

  @Override
  public Set<DenseFamily> takes() {
    return Set.of(DenseFamily.QWEN3);
  }

  @Override
  public Optional<String> refusal(MoeRecipe recipe) {
    return recipe.shared().isEmpty() ? Optional.empty() : Optional.of("has no shared experts");
  }

  @Override
  public List<String> required() {
    return List.of("self_attn.q_norm.weight", "self_attn.k_norm.weight");
  }

  @Override
  public List<String> biases() {
    return List.of(
        "self_attn.q_proj.bias",
        "self_attn.k_proj.bias",
        "self_attn.v_proj.bias",
        "self_attn.o_proj.bias");
  }

  @Override
  public void configure(ObjectNode config, DenseFamily base, MoeShape shape) {
    config.putArray("architectures").add("Qwen3MoeForCausalLM");
    config.put("model_type", "qwen3_moe");
    routing(config, shape);
  }

  /** What both kinds of Qwen MoE say: all layers are sparse, none has a window. */
  static void routing(ObjectNode config, MoeShape shape) {
    config.put("moe_intermediate_size", shape.expertWidth());
    config.put("num_experts", shape.experts());
    config.put("num_experts_per_tok", shape.perToken());
    config.put("norm_topk_prob", true);
    config.put("decoder_sparse_step", 1);
    config.putArray("mlp_only_layers");
    config.put("output_router_logits", false);
    config.put("router_aux_loss_coef", 0.001);
    config.put("use_sliding_window", false);
    config.putNull("sliding_window");
    config.remove(List.of("layer_types", "max_window_layers"));
  }
}

package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Qwen 2 MoE (arXiv:2407.10671): experts beside one shared expert, which is added times the sigmoid
 * of its own gate. Attention has biases; a base without them gets zeros.
 */
final class QwenMoe implements MoeFamily {
  @Override
  public String name() {
    return "Qwen MoE";
  }

  @Override
  public Set<DenseFamily> takes() {
    return Set.of(DenseFamily.LLAMA, DenseFamily.MISTRAL, DenseFamily.QWEN2);
  }

  @Override
  public Optional<String> refusal(MoeRecipe recipe) {
    if (recipe.shared().size() != 1) {
      return Optional.of(
          "needs exactly one entry in shared_experts, found " + recipe.shared().size());
    }
    return !recipe.gateMode().isRandom() && recipe.shared().getFirst().positive().isEmpty()
        ? Optional.of("needs positive_prompts for the shared expert, which has a gate")
        : Optional.empty();
  }

  @Override
  public String shared(int layer, Projection projection) {
    return "model.layers.%d.mlp.shared_expert.%s.weight".formatted(layer, projection.text());
  }

  @Override
  public Optional<String> sharedGate(int layer) {
    return Optional.of("model.layers." + layer + ".mlp.shared_expert_gate.weight");
  }

  @Override
  public boolean freeSharedWidth() {
    return true;
  }

  @Override
  public List<String> biases() {
    return List.of("self_attn.q_proj.bias", "self_attn.k_proj.bias", "self_attn.v_proj.bias");
  }

  @Override
  public boolean zeroBiases() {
    return true;
  }

  @Override
  public void configure(ObjectNode config, DenseFamily base, MoeShape shape) {
    config.putArray("architectures").add("Qwen2MoeForCausalLM");
    config.put("model_type", "qwen2_moe");
    config.put("shared_expert_intermediate_size", shape.sharedWidth());
    config.put("qkv_bias", true);
    config.remove("attention_bias");
    Qwen3Moe.routing(config, shape);
  }

  @Override
  public List<String> remarks(ObjectNode config, MoeShape shape) {
    List<String> remarks = new ArrayList<>(MoeFamily.notNormalized(name(), shape));
    if (config.path("tie_word_embeddings").asBoolean(false)) {
      remarks.add(
          "the head is tied to the embedding, and llama.cpp wants one of its own in Qwen MoE");
    }
    return remarks;
  }
}

package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * DeepSeekMoE, the first one (arXiv:2401.06066): Llama's attention, experts, and perhaps a shared
 * expert that is always added. transformers has no class for it, so config.json names the code in
 * DeepSeek's repository, as every model of this kind does.
 */
final class DeepSeekMoe implements MoeFamily {
  private static final String CODE = "deepseek-ai/deepseek-moe-16b-base--";

  @Override
  public String name() {
    return "DeepSeek MoE";
  }

  @Override
  public Set<DenseFamily> takes() {
    return Set.of(DenseFamily.LLAMA, DenseFamily.MISTRAL);
  }

  @Override
  public Optional<String> refusal(MoeRecipe recipe) {
    if (recipe.shared().size() > 1) {
      return Optional.of("takes at most one shared expert, found " + recipe.shared().size());
    }
    boolean prompts =
        recipe.shared().stream().anyMatch(e -> !e.positive().isEmpty() || !e.negative().isEmpty());
    return prompts && !recipe.gateMode().isRandom()
        ? Optional.of("has no gate for the shared expert, so that takes no prompts")
        : Optional.empty();
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
    config.putArray("architectures").add("DeepseekForCausalLM");
    config.put("model_type", "deepseek");
    config.put("moe_intermediate_size", shape.expertWidth());
    config.put("n_routed_experts", shape.experts());
    if (shape.sharedWidth() > 0) {
      config.put("n_shared_experts", 1);
    } else {
      config.putNull("n_shared_experts");
    }
    config.put("num_experts_per_tok", shape.perToken());
    config.put("first_k_dense_replace", 0);
    config.put("moe_layer_freq", 1);
    config.put("scoring_func", "softmax");
    config.put("norm_topk_prob", true);
    config.remove("sliding_window");
    config
        .putObject("auto_map")
        .put("AutoConfig", CODE + "configuration_deepseek.DeepseekConfig")
        .put("AutoModel", CODE + "modeling_deepseek.DeepseekModel")
        .put("AutoModelForCausalLM", CODE + "modeling_deepseek.DeepseekForCausalLM");
  }

  @Override
  public List<String> remarks(ObjectNode config, MoeShape shape) {
    List<String> remarks = new ArrayList<>(MoeFamily.notNormalized(name(), shape));
    remarks.add(
        "transformers loads DeepSeek MoE with trust_remote_code only: config.json names the code of"
            + " deepseek-ai/deepseek-moe-16b-base");
    return remarks;
  }
}

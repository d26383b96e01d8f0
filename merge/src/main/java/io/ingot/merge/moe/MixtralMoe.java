package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Mixtral (arXiv:2401.04088): Llama or Mistral whose MLPs are experts under {@code
 * block_sparse_moe}, the shares of the chosen ones normalized to sum 1.
 */
final class MixtralMoe implements MoeFamily {
  @Override
  public String name() {
    return "Mixtral";
  }

  @Override
  public Set<DenseFamily> takes() {
    return Set.of(DenseFamily.LLAMA, DenseFamily.MISTRAL);
  }

  @Override
  public Optional<String> refusal(MoeRecipe recipe) {
    return recipe.shared().isEmpty() ? Optional.empty() : Optional.of("has no shared experts");
  }

  @Override
  public String router(int layer) {
    return "model.layers." + layer + ".block_sparse_moe.gate.weight";
  }

  @Override
  public String expert(int layer, int expert, Projection projection) {
    return "model.layers.%d.block_sparse_moe.experts.%d.%s.weight"
        .formatted(layer, expert, projection.mixtral());
  }

  /** As mergekit draws, so that the same seed gives the same float32 experts. */
  @Override
  public List<Projection> projections() {
    return List.of(Projection.GATE, Projection.DOWN, Projection.UP);
  }

  @Override
  public void configure(ObjectNode config, DenseFamily base, MoeShape shape) {
    config.putArray("architectures").add("MixtralForCausalLM");
    config.put("model_type", "mixtral");
    config.put("intermediate_size", shape.expertWidth());
    config.put("num_local_experts", shape.experts());
    config.put("num_experts_per_tok", shape.perToken());
    config.put("output_router_logits", false);
    config.put("router_aux_loss_coef", 0.001);
    if (base == DenseFamily.LLAMA) {
      config.putNull("sliding_window");
    }
  }

  @Override
  public boolean keepsWindows(DenseFamily base) {
    return base == DenseFamily.MISTRAL;
  }
}

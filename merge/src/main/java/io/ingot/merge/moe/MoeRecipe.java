package io.ingot.merge.moe;

import io.ingot.merge.recipe.ModelRef;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A mixture of experts, as the user wrote it.
 *
 * @param base gives everything but the MLPs
 * @param experts that tokens are routed to
 * @param shared experts that see every token
 * @param dtype of the result; empty: the base's
 * @param architecture beginning of the name of an output family
 */
public record MoeRecipe(
    ModelRef base,
    List<Expert> experts,
    List<Expert> shared,
    GateMode gateMode,
    Optional<String> dtype,
    int expertsPerToken,
    Optional<String> architecture) {
  /**
   * A model whose MLPs become experts, one in each layer.
   *
   * @param positive prompts that belong to it
   * @param negative prompts that do not
   * @param noiseScale standard deviation of the noise that is added to its weights
   * @param residualScale factor of what it adds to the residual stream: of {@code down_proj}
   */
  public record Expert(
      ModelRef model,
      List<String> positive,
      List<String> negative,
      OptionalDouble noiseScale,
      OptionalDouble residualScale) {}

  /** All models, the base first. */
  public List<ModelRef> references() {
    Set<ModelRef> found = new LinkedHashSet<>();
    found.add(base);
    experts.forEach(e -> found.add(e.model()));
    shared.forEach(e -> found.add(e.model()));
    return new ArrayList<>(found);
  }
}

package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An architecture that a mixture can be written in: what it takes, how its tensors are named, what
 * its config.json says. Stateless.
 */
interface MoeFamily {
  /** As {@code architecture:} of a recipe may begin to write it. */
  String name();

  /** Dense families that it can hold. */
  Set<DenseFamily> takes();

  /** Why it cannot hold the shared experts of a recipe; empty: it can. */
  Optional<String> refusal(MoeRecipe recipe);

  /** The router of a layer, {@code [experts, hidden]}. */
  default String router(int layer) {
    return "model.layers." + layer + ".mlp.gate.weight";
  }

  /** A matrix of an expert. */
  default String expert(int layer, int expert, Projection projection) {
    return "model.layers.%d.mlp.experts.%d.%s.weight".formatted(layer, expert, projection.text());
  }

  /** The matrices of an expert in the order in which noise is drawn for them. */
  default List<Projection> projections() {
    return List.of(Projection.GATE, Projection.UP, Projection.DOWN);
  }

  /** A matrix of the shared expert; only asked of families that have one. */
  default String shared(int layer, Projection projection) {
    return "model.layers.%d.mlp.shared_experts.%s.weight".formatted(layer, projection.text());
  }

  /** The gate of the shared expert, {@code [1, hidden]}; empty: it has none. */
  default Optional<String> sharedGate(int layer) {
    return Optional.empty();
  }

  /** Whether the shared expert may be wider or narrower than the others. */
  default boolean freeSharedWidth() {
    return false;
  }

  /** Tensors of a layer that its attention has beside the four matrices, and must have. */
  default List<String> required() {
    return List.of();
  }

  /** Biases of a layer that it has a place for. */
  default List<String> biases() {
    return List.of();
  }

  /** Whether biases that the base has not are to be written as zeros. */
  default boolean zeroBiases() {
    return false;
  }

  /** Turns the completed configuration of the base into the mixture's. */
  void configure(ObjectNode config, DenseFamily base, MoeShape shape);

  /** Whether it has sliding windows as the base does. */
  default boolean keepsWindows(DenseFamily base) {
    return false;
  }

  /**
   * What users of the result should know.
   *
   * @param config of the result
   */
  default List<String> remarks(ObjectNode config, MoeShape shape) {
    return List.of();
  }

  /** Shares that llama.cpp leaves as they are although {@code norm_topk_prob} is set. */
  static List<String> notNormalized(String family, MoeShape shape) {
    return shape.perToken() == shape.experts()
        ? List.of()
        : List.of(
            "llama.cpp does not make the shares of the chosen experts sum to 1 in %s as config.json asks; its answers differ from transformers'"
                .formatted(family));
  }
}

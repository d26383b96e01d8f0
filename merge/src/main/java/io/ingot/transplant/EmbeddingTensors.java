package io.ingot.transplant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.model.Architecture;
import io.ingot.model.ArchitectureModule;
import io.ingot.model.Architectures;
import io.ingot.model.Model;
import io.ingot.model.WeightTemplate;
import io.ingot.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * The matrices of a model that have a row for each token.
 *
 * @param head empty when it shares the embedding
 * @param bias of the head, where it has one
 */
record EmbeddingTensors(
    TensorInfo embedding, Optional<TensorInfo> head, Optional<TensorInfo> bias) {
  private static final Predicate<String> EMBEDDING =
      name ->
          name.matches(
              "(.*\\.)?(embed_tokens|wte|embed_in|tok_embeddings|word_embeddings|embedding)\\.weight");

  private static final Predicate<String> HEAD =
      name ->
          name.matches("(.*\\.)?(lm_head|embed_out|output|output_layer|lm_head\\.linear)\\.weight");

  /**
   * Finds them by the architecture, else by name.
   *
   * @param name how the user calls the model
   * @throws IngotException INVALID when there is none, or several
   */
  static EmbeddingTensors of(Model model, String name) {
    SequencedMap<String, TensorInfo> tensors = model.weights().tensors();
    List<String> flagged = flagged(model.config());
    List<TensorInfo> embeddings =
        tensors.values().stream()
            .filter(t -> t.shape().size() == 2 && !HEAD.test(t.name()))
            .filter(t -> flagged.contains(t.name()) || EMBEDDING.test(t.name()))
            .toList();
    List<TensorInfo> heads =
        tensors.values().stream()
            .filter(t -> t.shape().size() == 2 && HEAD.test(t.name()))
            .toList();
    if (embeddings.size() != 1 || heads.size() > 1) {
      throw IngotException.invalid(
          "%s has %s; a transplant needs exactly one embedding, and at most one head"
              .formatted(
                  name,
                  embeddings.isEmpty()
                      ? "no embedding of tokens that its names tell"
                      : "several matrices of tokens: " + names(embeddings, heads)));
    }
    for (TensorInfo tensor :
        List.of(
            embeddings.getFirst(), heads.isEmpty() ? embeddings.getFirst() : heads.getFirst())) {
      if (!tensor.dtype().isFloating() || tensor.dtype().bytes() == 1) {
        throw IngotException.invalid(
            "'%s' of %s is quantized (%s); take the weights as they were before quantization"
                .formatted(tensor.name(), name, tensor.dtype()));
      }
    }
    Optional<TensorInfo> bias =
        heads.stream()
            .map(h -> tensors.get(h.name().replaceAll("weight$", "bias")))
            .filter(java.util.Objects::nonNull)
            .map(java.util.Objects::requireNonNull)
            .findFirst();
    return new EmbeddingTensors(embeddings.getFirst(), heads.stream().findFirst(), bias);
  }

  private static List<String> names(List<TensorInfo> embeddings, List<TensorInfo> heads) {
    List<TensorInfo> all = new ArrayList<>(embeddings);
    all.addAll(heads);
    return all.stream().map(TensorInfo::name).toList();
  }

  private static List<String> flagged(ObjectNode config) {
    Optional<Architecture> known =
        config.path("architectures").size() == 1 ? Architectures.find(config) : Optional.empty();
    List<String> names = new ArrayList<>();
    for (ArchitectureModule module : known.map(a -> a.modules().values()).orElse(List.of())) {
      module.before(config).stream()
          .filter(WeightTemplate::embedding)
          .forEach(
              w -> {
                names.add(w.name());
                names.addAll(w.aliases());
              });
    }
    return names;
  }
}

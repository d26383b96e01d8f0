package io.ingot.adapter.extract;

import io.ingot.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Which tensor of the model belongs to which of the base. Checkpoints differ in whether names begin
 * with {@code model.} or {@code transformer.}, and in whether a tied head is stored.
 */
final class TensorMatch {
  private static final List<String> PREFIXES = List.of("model.", "transformer.");

  private final ModuleKinds kinds;
  private final SequencedMap<String, TensorInfo> model;
  private final SequencedMap<String, TensorInfo> base;
  private final SequencedMap<String, TensorPair> pairs = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  TensorMatch(
      ModuleKinds kinds,
      SequencedMap<String, TensorInfo> model,
      SequencedMap<String, TensorInfo> base) {
    this.kinds = kinds;
    this.model = model;
    this.base = base;
    Set<String> taken = new HashSet<>();
    base.forEach(
        (name, original) -> {
          if (kinds.isBuffer(name, original)) {
            return;
          }
          Optional<TensorInfo> tuned = find(model, name);
          tuned.ifPresent(t -> taken.add(t.name()));
          if (tuned.isEmpty() && isHead(name)) {
            tuned = embedding(model);
          }
          tuned.ifPresentOrElse(
              t -> add(name, t, original),
              () -> problems.add("the model lacks tensor '%s' of the base".formatted(name)));
        });
    model.forEach(
        (name, tuned) -> {
          if (taken.contains(name) || kinds.isBuffer(name, tuned)) {
            return;
          }
          Optional<TensorInfo> original = isHead(name) ? embedding(base) : Optional.empty();
          original.ifPresentOrElse(
              o -> add(name, tuned, o),
              () -> problems.add("the base lacks tensor '%s' of the model".formatted(name)));
        });
  }

  private void add(String name, TensorInfo tuned, TensorInfo original) {
    String canonical = kinds.canonical(name);
    pairs.put(canonical, new TensorPair(canonical, tuned, original));
  }

  private boolean isHead(String tensor) {
    return tensor.endsWith(".weight")
        && kinds.isHead(tensor.substring(0, tensor.length() - ".weight".length()));
  }

  private Optional<TensorInfo> embedding(Map<String, TensorInfo> tensors) {
    return tensors.values().stream()
        .filter(
            t -> t.name().matches("(.*\\.)?(embed_tokens|wte|embed_in|tok_embeddings)\\.weight"))
        .findFirst();
  }

  private static Optional<TensorInfo> find(Map<String, TensorInfo> tensors, String name) {
    List<String> names = new ArrayList<>(List.of(name));
    for (String prefix : PREFIXES) {
      names.add(name.startsWith(prefix) ? name.substring(prefix.length()) : prefix + name);
    }
    return names.stream()
        .filter(tensors::containsKey)
        .findFirst()
        .map(n -> java.util.Objects.requireNonNull(tensors.get(n)));
  }

  /** Pairs by the name of the base's tensor, in its order. */
  SequencedMap<String, TensorPair> pairs() {
    return pairs;
  }

  List<String> problems() {
    return problems;
  }

  /** Whether neither side stores a head of its own. */
  boolean headless() {
    return base.keySet().stream().noneMatch(this::isHead)
        && model.keySet().stream().noneMatch(this::isHead);
  }
}

package io.ingot.adapter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.model.Fingerprint;
import io.ingot.model.Model;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A base with an adapter folded in while streaming. Owns both: closing it closes them. Safe for
 * concurrent reads.
 */
public final class AdaptedModel implements Model {
  private final Model base;
  private final Adapter adapter;
  private final AdaptedTensors weights;

  /**
   * Takes over both models.
   *
   * @throws io.ingot.error.IngotException when the adapter does not belong to the base
   */
  public AdaptedModel(Model base, Adapter adapter) {
    this.base = base;
    this.adapter = adapter;
    this.weights = new AdaptedTensors(base.weights(), adapter);
  }

  /** Opens the adapter and takes over the base; closes the base when that fails. */
  public static AdaptedModel open(Model base, Path adapterFolder) {
    try {
      Adapter adapter = Adapter.open(adapterFolder);
      try {
        return new AdaptedModel(base, adapter);
      } catch (RuntimeException e) {
        adapter.close();
        throw e;
      }
    } catch (RuntimeException e) {
      base.close();
      throw e;
    }
  }

  /** The base's configuration; a head of its own unties it, new rows change the vocabulary. */
  @Override
  public ObjectNode config() {
    ObjectNode config = base.config();
    boolean head = weights.changed().stream().anyMatch(name -> name.endsWith("lm_head.weight"));
    boolean embedding =
        weights.changed().stream().anyMatch(name -> name.endsWith("embed_tokens.weight"));
    if (config.path("tie_word_embeddings").asBoolean(false) && head) {
      config.put("tie_word_embeddings", false);
    }
    if (embedding && config.has("vocab_size")) {
      weights.changed().stream()
          .filter(name -> name.endsWith("embed_tokens.weight"))
          .map(name -> weights.tensors().get(name))
          .map(TensorInfo::shape)
          .forEach(shape -> config.put("vocab_size", shape.getFirst()));
    }
    return config;
  }

  @Override
  public TensorSource weights() {
    return weights;
  }

  /** The tensors as base and adapter make them. */
  public AdaptedTensors adapted() {
    return weights;
  }

  @Override
  public Optional<Path> folder() {
    boolean own =
        Files.exists(adapter.folder().resolve("tokenizer.json"))
            || Files.exists(adapter.folder().resolve("tokenizer.model"));
    return own ? Optional.of(adapter.folder()) : base.folder();
  }

  @Override
  public String fingerprint() {
    return base.fingerprint() + "+" + Fingerprint.of(adapter.folder());
  }

  @Override
  public List<Path> places() {
    List<Path> places = new ArrayList<>(base.places());
    places.add(adapter.folder());
    return places;
  }

  @Override
  public void close() {
    adapter.close();
    base.close();
  }
}

package io.ingot.train.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ingot.error.IngotException;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import io.ingot.train.Precision;
import io.ingot.train.torch.TensorLoader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The lists of tensors that a decoder's program takes, filled from a model. Weights are loaded once
 * and never change; adapters are put in beside them.
 */
public final class DecoderWeights implements AutoCloseable {
  private static final String EMBEDDING = "embed_tokens.weight";

  private final NDManager manager;
  private final List<NDArray> shared = new ArrayList<>();
  private final List<NDArray> layers = new ArrayList<>();
  private final SequencedMap<String, Linear> linears = new LinkedHashMap<>();
  private final Absent absentShared;
  private final Absent absentInLayer;

  /**
   * A linear module.
   *
   * @param name full name of the module, e.g. {@code model.layers.0.self_attn.q_proj}
   * @param inLayers whether it is one of a decoder layer
   */
  public record Linear(String name, int inputs, int outputs, boolean inLayers, int place) {}

  /** What fills empty places; each list has its own, as a call names arrays by their list. */
  private record Absent(NDArray tensor, NDArray scaling) {
    static Absent in(NDManager manager) {
      return new Absent(
          manager.create(new Shape(0), DataType.FLOAT32),
          manager.newSubManager(Device.cpu()).create(new float[] {0, 0}));
    }
  }

  private DecoderWeights(NDManager manager) {
    this.manager = manager;
    this.absentShared = Absent.in(manager);
    this.absentInLayer = Absent.in(manager);
  }

  /**
   * Loads all weights of a decoder; the source may be closed afterwards.
   *
   * @param manager becomes the owner
   * @throws IngotException when a tensor is missing or its shape does not fit
   */
  static DecoderWeights load(
      DecoderProgram program,
      TensorSource source,
      Precision precision,
      TensorLoader loader,
      NDManager manager) {
    DecoderWeights weights = new DecoderWeights(manager);
    new Reading(weights, program.shape(), source, precision, loader).all(program);
    return weights;
  }

  /**
   * Loads the weights of one layer; {@link #layers} holds them alone then.
   *
   * @param manager becomes the owner
   * @throws IngotException when a tensor is missing or its shape does not fit
   */
  static DecoderWeights loadLayer(
      DecoderProgram program,
      TensorSource source,
      Precision precision,
      TensorLoader loader,
      NDManager manager,
      int layer) {
    DecoderWeights weights = new DecoderWeights(manager);
    new Reading(weights, program.shape(), source, precision, loader).layer(program, layer, 0);
    return weights;
  }

  List<NDArray> shared() {
    return shared;
  }

  List<NDArray> layers() {
    return layers;
  }

  /** All linear modules by full name, in the order in which the program meets them. */
  public SequencedMap<String, Linear> linears() {
    return linears;
  }

  /** The weight of a linear module, [outputs, inputs]; owned by these weights. */
  public NDArray weight(Linear linear) {
    return list(linear).get(linear.place());
  }

  /**
   * Puts an adapter beside a linear module.
   *
   * @param magnitude DoRA's vector, or null
   * @param scaling of the product, and the dropout rate of its input
   */
  public void adapt(
      Linear linear, NDArray a, NDArray b, @Nullable NDArray magnitude, NDArray scaling) {
    List<NDArray> list = list(linear);
    list.set(linear.place() + 2, a);
    list.set(linear.place() + 3, b);
    list.set(
        linear.place() + 4, magnitude == null ? absent(linear.inLayers()).tensor() : magnitude);
    list.set(linear.place() + 5, scaling);
  }

  private Absent absent(boolean inLayers) {
    return inLayers ? absentInLayer : absentShared;
  }

  private List<NDArray> list(Linear linear) {
    return linear.inLayers() ? layers : shared;
  }

  NDManager manager() {
    return manager;
  }

  @Override
  public void close() {
    manager.close();
  }

  /** The state of one loading. */
  private record Reading(
      DecoderWeights weights,
      DecoderShape shape,
      TensorSource source,
      Precision precision,
      TensorLoader loader) {
    void all(DecoderProgram program) {
      String root = root();
      OptionalInt none = OptionalInt.empty();
      for (TensorPlaces.Entry entry : program.shared().entries()) {
        String name = entry.name();
        String full = name.startsWith("model.") ? root + name.substring("model.".length()) : name;
        read(entry, full, weights.shared, 0, none);
      }
      for (int i = 0; i < shape.layers(); i++) {
        layer(program, i, i * program.layer().size());
      }
    }

    void layer(DecoderProgram program, int layer, int base) {
      String prefix = root() + "layers." + layer + ".";
      for (TensorPlaces.Entry entry : program.layer().entries()) {
        read(entry, prefix + entry.name(), weights.layers, base, OptionalInt.of(layer));
      }
    }

    /** What stands before {@code embed_tokens.weight}: {@code model.}, mostly. */
    private String root() {
      return source.tensors().keySet().stream()
          .filter(n -> n.endsWith(EMBEDDING))
          .map(n -> n.substring(0, n.length() - EMBEDDING.length()))
          .findFirst()
          .orElseThrow(
              () ->
                  IngotException.invalid(
                      "the model has no tensor model."
                          + EMBEDDING
                          + "; its weights are incomplete"));
    }

    private void read(
        TensorPlaces.Entry entry, String name, List<NDArray> list, int base, OptionalInt layer) {
      boolean inLayers = layer.isPresent();
      if (!entry.linear()) {
        list.add(load(name, layer));
        return;
      }
      Map<String, TensorInfo> tensors = source.tensors();
      String file = name + ".weight";
      boolean tied = name.equals("lm_head") && (shape.tied() || !tensors.containsKey(file));
      if (tied) {
        list.add(weights.shared.getFirst());
      } else {
        list.add(load(file, layer));
      }
      list.add(load(name + ".bias", layer));
      for (int j = 0; j < 3; j++) {
        list.add(weights.absent(inLayers).tensor());
      }
      list.add(weights.absent(inLayers).scaling());
      TensorInfo info = tensors.get(tied ? root() + EMBEDDING : file);
      if (info != null) {
        int out = Math.toIntExact(info.shape().get(0));
        int in = Math.toIntExact(info.shape().get(1));
        weights.linears.put(name, new Linear(name, in, out, inLayers, base + entry.place()));
      }
    }

    private NDArray load(String name, OptionalInt layer) {
      if (!new WeightShapes(shape).check(source.tensors(), name, layer)) {
        return weights.absent(layer.isPresent()).tensor();
      }
      return loader.load(weights.manager, source, name, precision);
    }
  }
}

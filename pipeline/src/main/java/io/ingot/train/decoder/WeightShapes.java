package io.ingot.train.decoder;

import io.ingot.error.IngotException;
import io.ingot.tensor.TensorInfo;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What the weights of a decoder must look like, so that a damaged model fails before it is run. */
record WeightShapes(DecoderShape shape) {
  /**
   * Checks a tensor of the model.
   *
   * @param layer its layer, if it is of one
   * @return whether it is there; only biases and the parts of the other kind of layer may be absent
   * @throws IngotException when it is missing or has another shape than the configuration says
   */
  boolean check(Map<String, TensorInfo> tensors, String name, OptionalInt layer) {
    TensorInfo info = tensors.get(name);
    if (info == null) {
      if (mayBeAbsent(name, layer)) {
        return false;
      }
      throw IngotException.invalid(
          "the model has no tensor "
              + name
              + ", which config.json asks for; its weights are"
              + " incomplete, or of another architecture");
    }
    List<Long> expected = expected(name);
    if (expected != null && !expected.equals(info.shape())) {
      throw IngotException.invalid(
          "tensor %s has the shape %s; config.json asks for %s"
              .formatted(name, info.shape(), expected));
    }
    return true;
  }

  private boolean mayBeAbsent(String name, OptionalInt layer) {
    if (name.endsWith(".bias")) {
      return true;
    }
    if (shape.experts().count() == 0 || layer.isEmpty()) {
      return false;
    }
    boolean ofExperts = name.contains(".experts.") || name.endsWith(".mlp.gate.weight");
    boolean ofDense = name.contains(".mlp.") && !ofExperts;
    return shape.experts().sparse().get(layer.getAsInt()) ? ofDense : ofExperts;
  }

  private @Nullable List<Long> expected(String name) {
    String[] parts = name.split("\\.");
    String module = parts[parts.length - 2];
    long hidden = shape.hiddenSize();
    long inner =
        name.contains(".experts.") ? shape.experts().intermediateSize() : shape.intermediateSize();
    long query = (long) shape.heads() * shape.headDim();
    long key = (long) shape.kvHeads() * shape.headDim();
    long out =
        switch (module) {
          case "embed_tokens", "lm_head" -> shape.vocabulary();
          case "q_proj" -> query;
          case "k_proj", "v_proj" -> key;
          case "qkv_proj" -> query + 2 * key;
          case "gate_proj", "up_proj", "w1", "w3" -> inner;
          case "gate_up_proj" -> 2 * inner;
          case "o_proj", "down_proj", "w2" -> hidden;
          case "gate" -> shape.experts().count();
          case "q_norm", "k_norm" -> shape.headDim();
          default -> module.endsWith("norm") ? hidden : -1;
        };
    if (out < 0) {
      return null;
    }
    if (name.endsWith(".bias") || module.endsWith("norm")) {
      return List.of(out);
    }
    long in =
        switch (module) {
          case "o_proj" -> query;
          case "down_proj", "w2" -> inner;
          default -> hidden;
        };
    return List.of(out, in);
  }
}

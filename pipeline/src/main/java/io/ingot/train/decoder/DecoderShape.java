package io.ingot.train.decoder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.train.decoder.rotary.RotaryEmbedding;
import java.util.List;

/**
 * What a decoder is made of, whatever dialect its config.json speaks.
 *
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param tied whether the output matrix is the embedding
 * @param maxPositions longest row the model was made for
 * @param windows attention window of each layer, itself included; 0 is all
 * @param rotaries kinds of rotation
 * @param rotaryKinds index into {@code rotaries} of each layer; -1 is none
 * @param attentionScale factor of the scores
 * @param attentionSoftcap bound of the scores; 0 is none
 * @param logitSoftcap bound of the logits; 0 is none
 * @param multipliers of embeddings, residual branches and logits; 1 is none
 * @param experts of a mixture; 0 where all layers are dense
 */
public record DecoderShape(
    DecoderFamily family,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int vocabulary,
    double rmsNormEps,
    boolean tied,
    int maxPositions,
    List<Integer> windows,
    List<RotaryEmbedding> rotaries,
    List<Integer> rotaryKinds,
    double attentionScale,
    double attentionSoftcap,
    double logitSoftcap,
    Multipliers multipliers,
    Experts experts) {

  /** Granite's scalars. */
  public record Multipliers(double embedding, double residual, double logits) {}

  /**
   * A mixture of experts.
   *
   * @param sparse whether each layer is one
   */
  public record Experts(
      int count, int perToken, int intermediateSize, boolean normalize, List<Boolean> sparse) {}

  /**
   * The shape that a config.json describes.
   *
   * @throws io.ingot.error.IngotException for an unknown family, or an absent or impossible value
   */
  public static DecoderShape read(ObjectNode config) {
    return DecoderConfig.read(config);
  }

  /** Number of weights; norms and biases are left out. */
  public long parameters() {
    long embedding = (long) vocabulary * hiddenSize;
    return embedding * (tied ? 1 : 2) + (attentionWeights() + mlpWeights()) * layers;
  }

  private long attentionWeights() {
    return 2L * hiddenSize * headDim * (heads + kvHeads);
  }

  private long mlpWeights() {
    return experts.count() == 0
        ? 3L * hiddenSize * intermediateSize
        : 3L * hiddenSize * experts.intermediateSize() * experts.count();
  }

  /**
   * Inputs plus outputs of all linear modules outside of experts: scalars of an adapter, by rank.
   */
  public long linearWidths() {
    long attention = 4L * hiddenSize + 2L * headDim * (heads + kvHeads);
    long mlp = experts.count() == 0 ? 3L * (hiddenSize + intermediateSize) : 0;
    return (attention + mlp) * layers;
  }

  /** Whether a batch may mix rows of different lengths. */
  public boolean mixesLengths() {
    return rotaries.stream().noneMatch(RotaryEmbedding::dependsOnLength);
  }
}

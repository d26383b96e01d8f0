package io.ingot.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.train.decoder.DecoderShape;

/**
 * Memory that a training needs, from configuration and parameters alone. All numbers are bytes.
 *
 * @param weights of the base
 * @param adapter parameters, gradients and both moments
 * @param activations of the layers that live at once
 * @param logits of a chunk of the vocabulary's rows
 * @param fixed libtorch itself
 */
public record MemoryEstimate(
    long weights, long adapter, long activations, long logits, long fixed) {
  private static final long FIXED = 600L << 20;

  /** All terms together. */
  public long total() {
    return weights + adapter + activations + logits + fixed;
  }

  /**
   * Estimates a LoRA training.
   *
   * @param config content of config.json
   * @param rank of the adapter, on every linear module of the layers
   * @param tokens of the greatest micro-batch
   */
  public static MemoryEstimate lora(ObjectNode config, Precision precision, int rank, long tokens) {
    DecoderShape shape = DecoderShape.read(config);
    long element = precision == Precision.BF16 ? 2 : 4;
    long all = activations(shape, tokens);
    long kept = Math.multiplyExact(tokens, (long) shape.hiddenSize()) * element * shape.layers();
    long recomputed = kept + all / shape.layers();
    return new MemoryEstimate(
        shape.parameters() * element,
        16L * rank * shape.linearWidths(),
        all > RECOMPUTE_ABOVE ? recomputed : all,
        (64L << 20) * 4,
        FIXED);
  }

  /** Activations above this are computed again in the backward pass. */
  private static final long RECOMPUTE_ABOVE = 1L << 30;

  /** Whether the layers' activations are computed again instead of kept. */
  public static boolean recomputes(DecoderShape shape, long tokens) {
    return activations(shape, tokens) > RECOMPUTE_ABOVE;
  }

  /** What autograd keeps of all layers for so many tokens, in fp32. */
  private static long activations(DecoderShape shape, long tokens) {
    long attention = 4L * shape.heads() * shape.headDim() + 4L * shape.kvHeads() * shape.headDim();
    long perToken = 10L * shape.hiddenSize() + 2 * attention + 5L * shape.intermediateSize();
    return tokens * perToken * 4 * shape.layers();
  }
}

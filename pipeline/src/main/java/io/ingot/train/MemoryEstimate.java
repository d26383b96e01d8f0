package io.ingot.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.train.decoder.DecoderShape;
import java.util.Locale;

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

  /**
   * Stops a training that cannot fit, before anything is loaded.
   *
   * @param available bytes that the machine or its container has
   * @throws io.ingot.error.IngotException naming the terms and what to change
   */
  public void check(long available) {
    if (total() > available) {
      throw IngotException.failed(
          String.format(
              Locale.ROOT,
              "the training needs about %s GB (weights %s, adapter and optimizer %s, activations"
                  + " %s, logits %s, libtorch %s), but this machine has %s GB; use precision:"
                  + " bf16, a smaller batch_size or max_length, or another machine",
              gigabytes(total()),
              gigabytes(weights),
              gigabytes(adapter),
              gigabytes(activations),
              gigabytes(logits),
              gigabytes(fixed),
              gigabytes(available)));
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / 1e9);
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

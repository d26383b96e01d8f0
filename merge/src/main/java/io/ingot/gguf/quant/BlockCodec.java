package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/**
 * Turns 32-bit floats into the bytes of one tensor type and back. Stateless and thread-safe. Every
 * float operation happens in the order of the reference (ggml-quants.c), so the bytes are equal.
 */
public interface BlockCodec {
  GgmlType type();

  /**
   * Quantizes {@code count} values, a multiple of the block size.
   *
   * @param weights importance of each column, from {@code weightsFrom} on; then {@code count} is
   *     exactly one row. Null for plain quantization, where {@code count} may span rows
   */
  void quantize(
      float[] x,
      int from,
      int count,
      float @Nullable [] weights,
      int weightsFrom,
      byte[] out,
      int at);

  /** Restores {@code count} values, a multiple of the block size. */
  void dequantize(byte[] in, int at, float[] x, int from, int count);

  /**
   * Whether quantized data can be used: all scales are finite. Data that fails makes a model answer
   * with NaN.
   */
  boolean isFinite(byte[] data, int at, int count);

  /** Whether quantization takes notice of weights. */
  default boolean usesWeights() {
    return true;
  }
}

package io.ingot.gguf;

/**
 * The encoded rows of a tensor that is to be written. Safe for concurrent calls; every call encodes
 * only the rows it is asked for.
 */
public interface TensorBytes {
  /** Writes the bytes of {@code count} rows from {@code first} on to the start of {@code out}. */
  void encode(long first, int count, byte[] out);
}

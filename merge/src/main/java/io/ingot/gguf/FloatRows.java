package io.ingot.gguf;

/**
 * The values of a tensor, row by row, as 32-bit floats, however they are stored or derived. Safe
 * for concurrent reads; reads only what is asked for, so that a tensor of any size can be streamed.
 */
public interface FloatRows {
  /** Values of a row. */
  int columns();

  /** Rows over all outer dimensions. */
  long rows();

  /** Fills {@code into[0, count · columns)} with the rows from {@code first} on. */
  void read(long first, int count, float[] into);
}

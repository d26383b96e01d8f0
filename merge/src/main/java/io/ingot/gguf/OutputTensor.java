package io.ingot.gguf;

import java.util.List;

/**
 * A tensor that is to be written.
 *
 * @param dims as in the file, contiguous row length first
 */
public record OutputTensor(String name, List<Long> dims, GgmlType type, TensorBytes data) {
  public OutputTensor {
    dims = List.copyOf(dims);
  }

  /** The tensor at an offset of the data part. */
  GgufTensor at(long offset) {
    return new GgufTensor(name, dims, type, offset);
  }
}

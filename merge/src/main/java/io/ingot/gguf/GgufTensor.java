package io.ingot.gguf;

import java.util.List;

/**
 * A tensor of a GGUF file.
 *
 * @param dims 1 to 4 sizes, the contiguous row length first (the reverse of a torch shape)
 * @param offset where its data begins, counted from the first byte of the data part
 */
public record GgufTensor(String name, List<Long> dims, GgmlType type, long offset) {
  public GgufTensor {
    dims = List.copyOf(dims);
  }

  /** Values of a row. */
  public long columns() {
    return dims.isEmpty() ? 1 : dims.getFirst();
  }

  /** Number of rows over all outer dimensions. */
  public long rows() {
    long rows = 1;
    for (int i = 1; i < dims.size(); i++) {
      rows = Math.multiplyExact(rows, dims.get(i));
    }
    return rows;
  }

  /** Size of dimension {@code i}, 1 where the tensor has fewer. */
  public long dim(int i) {
    return i < dims.size() ? dims.get(i) : 1;
  }

  /** Dimensions without trailing ones, at least 1: what ggml calls n_dims. */
  public int rank() {
    int rank = dims.size();
    while (rank > 1 && dims.get(rank - 1) == 1) {
      rank--;
    }
    return Math.max(rank, 1);
  }

  public long elements() {
    return Math.multiplyExact(columns(), rows());
  }

  /** Bytes of the data, without padding. */
  public long bytes() {
    return Math.multiplyExact(type.rowBytes(columns()), rows());
  }
}

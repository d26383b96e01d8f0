package io.ingot.gguf;

import java.util.List;

/** All rows of all tensors, cut into pieces of about the same number of values. */
final class RowChunks {
  /**
   * Rows of one tensor.
   *
   * @param tensor its index
   */
  record Chunk(int tensor, long first, int rows) {}

  private final List<GgufTensor> tensors;
  private final int[] rowsPerChunk;
  private final long[] firstChunk;

  RowChunks(List<GgufTensor> tensors, int values) {
    this.tensors = tensors;
    this.rowsPerChunk = new int[tensors.size()];
    this.firstChunk = new long[tensors.size() + 1];
    for (int i = 0; i < tensors.size(); i++) {
      GgufTensor tensor = tensors.get(i);
      rowsPerChunk[i] = (int) Math.max(1, values / Math.max(1, tensor.columns()));
      long rows = tensor.columns() == 0 ? 0 : tensor.rows();
      firstChunk[i + 1] = firstChunk[i] + Math.ceilDiv(rows, (long) rowsPerChunk[i]);
    }
  }

  long count() {
    return firstChunk[tensors.size()];
  }

  Chunk get(long index) {
    int found = java.util.Arrays.binarySearch(firstChunk, index);
    int tensor = found >= 0 ? found : -found - 2;
    // Of empty tensors that begin at the same chunk, the last is the one that has it.
    while (firstChunk[tensor + 1] <= index) {
      tensor++;
    }
    long first = (index - firstChunk[tensor]) * rowsPerChunk[tensor];
    long rows = Math.min(rowsPerChunk[tensor], tensors.get(tensor).rows() - first);
    return new Chunk(tensor, first, (int) rows);
  }
}

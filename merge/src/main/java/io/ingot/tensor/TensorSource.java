package io.ingot.tensor;

import io.ingot.error.IngotException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SequencedMap;

/**
 * Tensors by name, whatever they lie in: safetensors shards, a base with an adapter folded in, or a
 * GGUF file that is dequantized on the fly. Safe for concurrent reads.
 */
public interface TensorSource extends AutoCloseable {
  /** All tensors in the order of the source, without reading any data. */
  SequencedMap<String, TensorInfo> tensors();

  /**
   * Dtype and shape of a tensor.
   *
   * @throws IngotException when there is no such tensor
   */
  default TensorInfo info(String name) {
    TensorInfo info = tensors().get(name);
    if (info == null) {
      throw IngotException.invalid("there is no tensor '" + name + "'");
    }
    return info;
  }

  /**
   * The row-major little-endian bytes of a tensor in the dtype of its {@link TensorInfo};
   * read-only, a view of the mapped file where possible, valid until {@link #close}.
   *
   * @throws io.ingot.error.IngotException when there is no such tensor
   */
  MemorySegment data(String name);

  /** Bytes of memory that {@link #data} makes for a tensor; 0 where it is a view of a file. */
  default long heldBytes(String name) {
    return 0;
  }

  /** The files that data is read from, as they were when they were opened. */
  default List<FileStamp> files() {
    return List.of();
  }

  @Override
  void close();
}

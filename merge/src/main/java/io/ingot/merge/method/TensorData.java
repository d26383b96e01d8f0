package io.ingot.merge.method;

import io.ingot.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A tensor whose elements can be read in runs, whatever it is made of: a stored tensor, experts
 * laid end to end, a permuted embedding. Safe for concurrent reads between open and close.
 */
public interface TensorData {
  DType dtype();

  List<Long> shape();

  /** Makes the data available; a stored tensor is mapped already. */
  default void open() {}

  /** Reads elements {@code [position, position + count)} to {@code out[offset..]}. */
  void read(long position, float[] out, int offset, int count);

  /** The bytes as they are stored; empty when they do not lie anywhere. */
  default Optional<MemorySegment> bytes() {
    return Optional.empty();
  }

  /** Bytes of memory that are held between open and close; 0 for a view of a file. */
  default long heldBytes() {
    return 0;
  }

  /** Gives up what {@link #open} made. */
  default void close() {}

  default long elements() {
    return shape().stream().reduce(1L, Math::multiplyExact);
  }
}

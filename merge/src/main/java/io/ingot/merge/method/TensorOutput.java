package io.ingot.merge.method;

import io.ingot.tensor.DType;
import java.lang.foreign.MemorySegment;

/** Where the bytes of one merged tensor go. Safe for concurrent writes to different places. */
public interface TensorOutput {
  /** What the file holds. */
  DType dtype();

  /** Writes encoded elements from {@code position} on. */
  void write(long position, MemorySegment bytes);

  /** Called with the position of a value that is NaN or infinite. */
  void notFinite(long position);
}

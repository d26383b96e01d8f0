package io.ingot.tensor;

import java.util.List;

/**
 * Name, dtype and shape of a tensor, row-major, outermost dimension first.
 *
 * @param shape empty for a scalar
 */
public record TensorInfo(String name, DType dtype, List<Long> shape) {
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /** Number of elements; 1 for a scalar. */
  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Number of bytes of the row-major data. */
  public long byteSize() {
    return Math.multiplyExact(elements(), dtype.bytes());
  }
}

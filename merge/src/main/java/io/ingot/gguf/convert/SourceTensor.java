package io.ingot.gguf.convert;

import io.ingot.gguf.FloatRows;
import java.util.List;

/**
 * A tensor on its way from a model folder to GGUF.
 *
 * @param shape as torch has it, outermost first
 * @param half whether values are half precision, in which arithmetic on them is rounded
 */
record SourceTensor(String name, List<Long> shape, boolean half, FloatRows rows) {
  SourceTensor {
    shape = List.copyOf(shape);
  }

  SourceTensor named(String other) {
    return new SourceTensor(other, shape, half, rows);
  }

  SourceTensor shaped(List<Long> other, FloatRows values) {
    return new SourceTensor(name, other, half, values);
  }

  SourceTensor with(FloatRows values) {
    return new SourceTensor(name, shape, half, values);
  }

  long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Size of dimension {@code i}, counted from the end when negative. */
  long dim(int i) {
    return shape.get(i < 0 ? shape.size() + i : i);
  }
}

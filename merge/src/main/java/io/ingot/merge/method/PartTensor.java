package io.ingot.merge.method;

import io.ingot.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A run of elements of another tensor under a shape of its own, e.g. one expert of all.
 *
 * @param begin its first element in the whole
 */
public record PartTensor(TensorData whole, long begin, List<Long> shape) implements TensorData {
  @Override
  public DType dtype() {
    return whole.dtype();
  }

  @Override
  public void open() {
    whole.open();
  }

  @Override
  public void read(long position, float[] out, int offset, int count) {
    whole.read(begin + position, out, offset, count);
  }

  @Override
  public Optional<MemorySegment> bytes() {
    int width = whole.dtype().bytes();
    return whole.bytes().map(b -> b.asSlice(begin * width, elements() * width));
  }

  @Override
  public long heldBytes() {
    return whole.heldBytes();
  }

  @Override
  public void close() {
    whole.close();
  }
}

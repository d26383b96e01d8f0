package io.ingot.merge.method;

import io.ingot.tensor.DType;
import java.util.List;

/** Equally large tensors laid end to end under one shape. */
public record JoinedTensor(List<TensorData> parts, DType dtype, List<Long> shape)
    implements TensorData {
  @Override
  public void open() {
    parts.forEach(TensorData::open);
  }

  @Override
  public void read(long position, float[] out, int offset, int count) {
    long size = parts.getFirst().elements();
    int done = 0;
    while (done < count) {
      long at = position + done;
      long within = at % size;
      int run = (int) Math.min(count - done, size - within);
      parts.get((int) (at / size)).read(within, out, offset + done, run);
      done += run;
    }
  }

  @Override
  public long heldBytes() {
    return parts.stream().mapToLong(TensorData::heldBytes).sum();
  }

  @Override
  public void close() {
    parts.forEach(TensorData::close);
  }
}

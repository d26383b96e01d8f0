package io.ingot.merge.method;

import io.ingot.tensor.DType;
import java.util.List;

/** The top left part of a matrix. */
public record CutTensor(TensorData whole, long rows, long columns) implements TensorData {
  @Override
  public DType dtype() {
    return whole.dtype();
  }

  @Override
  public List<Long> shape() {
    return List.of(rows, columns);
  }

  @Override
  public void open() {
    whole.open();
  }

  @Override
  public void read(long position, float[] out, int offset, int count) {
    long width = whole.shape().get(1);
    if (width == columns) {
      whole.read(position, out, offset, count);
      return;
    }
    int done = 0;
    while (done < count) {
      long at = position + done;
      long column = at % columns;
      int run = (int) Math.min(count - done, columns - column);
      whole.read(at / columns * width + column, out, offset + done, run);
      done += run;
    }
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

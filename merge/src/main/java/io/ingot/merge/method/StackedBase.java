package io.ingot.merge.method;

import io.ingot.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * The sum of a tensor and a stack of zeros: the tensor several times over, with one more dimension
 * in front, and no negative zeros.
 *
 * @param copies size of the new dimension
 */
record StackedBase(TensorData tensor, int copies) implements TensorData {
  @Override
  public DType dtype() {
    return tensor.dtype();
  }

  @Override
  public List<Long> shape() {
    List<Long> shape = new ArrayList<>(tensor.shape());
    shape.addFirst((long) copies);
    return shape;
  }

  @Override
  public void open() {
    tensor.open();
  }

  @Override
  public void read(long position, float[] out, int offset, int count) {
    long size = tensor.elements();
    for (int done = 0; done < count; ) {
      long within = (position + done) % size;
      int run = (int) Math.min(count - done, size - within);
      tensor.read(within, out, offset + done, run);
      done += run;
    }
    for (int i = offset; i < offset + count; i++) {
      out[i] += 0f;
    }
  }

  @Override
  public void close() {
    tensor.close();
  }
}

package io.ingot.adapter.extract;

import io.ingot.linear.MatrixSource;
import io.ingot.tensor.Elements;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.lang.foreign.MemorySegment;

/** The difference of two matrices in float32, made anew whenever a piece of it is read. */
final class Delta implements MatrixSource {
  private static final int CHUNK = 1 << 10;

  private static final ThreadLocal<float[]> ORIGINAL =
      ThreadLocal.withInitial(() -> new float[CHUNK]);

  private final TensorInfo tuned;
  private final TensorInfo original;
  private final MemorySegment tunedData;
  private final MemorySegment originalData;

  Delta(TensorPair pair, TensorSource model, TensorSource base) {
    this.tuned = pair.tuned();
    this.original = pair.original();
    this.tunedData = model.data(tuned.name());
    this.originalData = base.data(original.name());
  }

  @Override
  public int rows() {
    return Math.toIntExact(tuned.shape().get(0));
  }

  @Override
  public int columns() {
    return Math.toIntExact(tuned.shape().get(1));
  }

  @Override
  public void read(int row, int column, float[] out, int offset, int count) {
    float[] other = ORIGINAL.get();
    long position = (long) row * columns() + column;
    for (int done = 0; done < count; done += CHUNK) {
      int run = Math.min(CHUNK, count - done);
      Elements.read(tuned.dtype(), tunedData, position + done, out, offset + done, run);
      Elements.read(original.dtype(), originalData, position + done, other, run);
      for (int i = 0; i < run; i++) {
        out[offset + done + i] -= other[i];
      }
    }
  }

  /** Which of the two holds a value that is not finite, for a message. */
  String notFinite() {
    float[] row = new float[columns()];
    for (int i = 0; i < rows(); i++) {
      long position = (long) i * columns();
      Elements.read(tuned.dtype(), tunedData, position, row, row.length);
      int at = Kernels.firstNotFinite(row, row.length);
      if (at >= 0) {
        return "tensor '%s' of the model holds %s at [%d, %d]"
            .formatted(tuned.name(), row[at], i, at);
      }
      Elements.read(original.dtype(), originalData, position, row, row.length);
      at = Kernels.firstNotFinite(row, row.length);
      if (at >= 0) {
        return "tensor '%s' of the base holds %s at [%d, %d]"
            .formatted(original.name(), row[at], i, at);
      }
    }
    return "the difference in '%s' exceeds float32".formatted(tuned.name());
  }
}

package io.ingot.transplant;

import io.ingot.linear.MatrixSource;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import java.lang.foreign.MemorySegment;

/**
 * Some rows of a matrix, in some order.
 *
 * @param data of the whole matrix
 * @param chosen numbers of rows
 */
record TensorRows(TensorInfo info, MemorySegment data, int[] chosen) implements MatrixSource {
  @Override
  public int rows() {
    return chosen.length;
  }

  @Override
  public int columns() {
    return Math.toIntExact(info.shape().getLast());
  }

  @Override
  public void read(int row, int column, float[] out, int offset, int count) {
    Elements.read(info.dtype(), data, (long) chosen[row] * columns() + column, out, offset, count);
  }

  /** Other rows of the same matrix. */
  TensorRows of(int... others) {
    return new TensorRows(info, data, others);
  }

  float[] row(int index) {
    float[] row = new float[columns()];
    read(index, 0, row, 0, row.length);
    return row;
  }

  /** The mean of all rows. */
  float[] mean() {
    double[] sums = new double[columns()];
    float[] row = new float[columns()];
    for (int i = 0; i < rows(); i++) {
      read(i, 0, row, 0, row.length);
      for (int j = 0; j < row.length; j++) {
        sums[j] += row[j];
      }
    }
    float[] mean = new float[sums.length];
    for (int j = 0; j < mean.length; j++) {
      mean[j] = (float) (sums[j] / Math.max(1, rows()));
    }
    return mean;
  }
}

package io.ingot.adapter;

import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.TensorInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * W' = W + scaling * B A, row by row: the product and the sum in float32, one rounding into the
 * dtype of W (PEFT's merge). With a DoRA magnitude m: W' = m / |W + scaling B A| * (W + scaling B
 * A), norms over rows. Adapters stored in 16 bits have their delta rounded to that dtype first, as
 * PEFT does.
 */
final class Folding {
  private final TensorInfo weight;
  private final DType adapterType;
  private final float[] down;
  private final float[] up;
  private final int rank;
  private final float scaling;
  private final float @Nullable [] magnitude;
  private final boolean transposed;
  private final int rows;
  private final int columns;

  /**
   * @param adapter gives the factors
   * @param weight the base's tensor, {@code [out, in]}, or {@code [in, out]} when {@code
   *     transposed}
   * @param transposed whether the weight lies as the transpose of B A (Conv1D, embeddings)
   */
  Folding(
      Adapter adapter, Adapter.Pair pair, TensorInfo weight, double scaling, boolean transposed) {
    this.weight = weight;
    this.adapterType = pair.up().dtype();
    this.down = floats(adapter, pair.down());
    this.up = floats(adapter, pair.up());
    this.rank = Math.toIntExact(pair.down().shape().getFirst());
    this.scaling = (float) scaling;
    this.magnitude = pair.magnitude() == null ? null : floats(adapter, pair.magnitude());
    this.transposed = transposed;
    this.rows = Math.toIntExact(weight.shape().get(0));
    this.columns = Math.toIntExact(weight.shape().get(1));
  }

  /** The folded weight, in memory that lives as long as it is referenced. */
  MemorySegment apply(MemorySegment base) {
    MemorySegment folded = Arena.ofAuto().allocate(weight.byteSize(), 64);
    float[] left = transposed ? transpose(down, rank, rows) : up;
    float[] right = transposed ? transpose(up, columns, rank) : down;
    float @Nullable [] columnNorms =
        magnitude != null && transposed ? columnNorms(base, left, right) : null;
    IntStream.range(0, rows)
        .parallel()
        .forEach(row -> foldRow(row, base, left, right, columnNorms, folded));
    return folded.asReadOnly();
  }

  private void foldRow(
      int row,
      MemorySegment base,
      float[] left,
      float[] right,
      float @Nullable [] columnNorms,
      MemorySegment folded) {
    float[] sum = new float[columns];
    sum(row, base, left, right, sum);
    if (magnitude != null && columnNorms != null) {
      for (int j = 0; j < columns; j++) {
        sum[j] *= magnitude[j] / columnNorms[j];
      }
    } else if (magnitude != null) {
      double squares = 0;
      for (float x : sum) {
        squares += (double) x * x;
      }
      float factor = magnitude[row] / (float) Math.sqrt(squares);
      for (int j = 0; j < columns; j++) {
        sum[j] *= factor;
      }
    }
    Elements.write(weight.dtype(), sum, columns, folded, (long) row * columns);
  }

  /** {@code sum = W[row] + scaling * left[row] right}, in float32. */
  private void sum(int row, MemorySegment base, float[] left, float[] right, float[] sum) {
    float[] delta = new float[columns];
    for (int k = 0; k < rank; k++) {
      Kernels.addScaled(delta, left[row * rank + k], right, k * columns, columns);
    }
    Rounding rounding = Rounding.of(adapterType);
    Elements.read(weight.dtype(), base, (long) row * columns, sum, columns);
    for (int j = 0; j < columns; j++) {
      sum[j] += rounding.apply(delta[j] * scaling);
    }
  }

  private float[] columnNorms(MemorySegment base, float[] left, float[] right) {
    double[] squares = new double[columns];
    float[] sum = new float[columns];
    for (int row = 0; row < rows; row++) {
      sum(row, base, left, right, sum);
      for (int j = 0; j < columns; j++) {
        squares[j] += (double) sum[j] * sum[j];
      }
    }
    float[] norms = new float[columns];
    for (int j = 0; j < columns; j++) {
      norms[j] = (float) Math.sqrt(squares[j]);
    }
    return norms;
  }

  private static float[] floats(Adapter adapter, TensorInfo info) {
    float[] values = new float[Math.toIntExact(info.elements())];
    Elements.read(info.dtype(), adapter.tensors().data(info.name()), 0, values, values.length);
    return values;
  }

  private static float[] transpose(float[] matrix, int rows, int columns) {
    float[] transposed = new float[matrix.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        transposed[j * rows + i] = matrix[i * columns + j];
      }
    }
    return transposed;
  }
}

package io.ingot.linear;

import java.util.SplittableRandom;

/**
 * A tall matrix of few columns, row-major. The number of columns is a multiple of {@link #LANES};
 * columns that are not needed are zero.
 */
public record Block(float[] data, int rows, int columns) {
  /** Enough for the widest vectors, so that kernels have no remainder across columns. */
  public static final int LANES = 16;

  /** All zero. */
  public static Block zeros(int rows, int columns) {
    if (columns % LANES != 0) {
      throw new IllegalArgumentException(columns + " columns are no multiple of " + LANES);
    }
    return new Block(new float[Math.multiplyExact(rows, columns)], rows, columns);
  }

  /** Normally distributed elements; the same for the same seed. */
  public static Block random(int rows, int columns, long seed) {
    Block block = zeros(rows, columns);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < block.data.length; i++) {
      block.data[i] = (float) random.nextGaussian();
    }
    return block;
  }

  /** Rows of a matrix, from one on, as the columns of a block. */
  public static Block transposed(MatrixSource matrix, int from, int count) {
    Block block = zeros(matrix.columns(), padded(count));
    float[] row = new float[matrix.columns()];
    for (int i = 0; i < count; i++) {
      matrix.read(from + i, 0, row, 0, row.length);
      for (int j = 0; j < row.length; j++) {
        block.data[j * block.columns + i] = row[j];
      }
    }
    return block;
  }

  /** The smallest number of columns that holds {@code wanted}. */
  public static int padded(int wanted) {
    return (wanted + LANES - 1) / LANES * LANES;
  }
}

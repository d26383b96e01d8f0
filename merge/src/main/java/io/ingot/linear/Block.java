package io.ingot.linear;

import java.util.SplittableRandom;

/**
 * A tall matrix of few columns, row-major. The number of columns is a multiple of {@link #LANES};
 * columns that are not needed are zero.
 */
record Block(float[] data, int rows, int columns) {
  /** Enough for the widest vectors, so that kernels have no remainder across columns. */
  static final int LANES = 16;

  static Block zeros(int rows, int columns) {
    if (columns % LANES != 0) {
      throw new IllegalArgumentException(columns + " columns are no multiple of " + LANES);
    }
    return new Block(new float[Math.multiplyExact(rows, columns)], rows, columns);
  }

  /** Normally distributed elements; the same for the same seed. */
  static Block random(int rows, int columns, long seed) {
    Block block = zeros(rows, columns);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < block.data.length; i++) {
      block.data[i] = (float) random.nextGaussian();
    }
    return block;
  }

  /** The smallest number of columns that holds {@code wanted}. */
  static int padded(int wanted) {
    return (wanted + LANES - 1) / LANES * LANES;
  }
}

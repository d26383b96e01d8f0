package io.ingot.transplant;

import java.util.SplittableRandom;

/** Standard normal rows, a stream of numbers for each token. */
record RandomRows(int width, long seed) implements Approximation {
  @Override
  public Rows rows(TensorRows targets, int first) {
    float[][] rows = new float[targets.rows()][width];
    for (int i = 0; i < rows.length; i++) {
      SplittableRandom random = stream(seed, first + i);
      for (int j = 0; j < width; j++) {
        rows[i][j] = (float) random.nextGaussian();
      }
    }
    return Rows.of(rows);
  }

  /** Numbers that depend on nothing but the seed and the number of the token. */
  static SplittableRandom stream(long seed, int token) {
    return new SplittableRandom(new SplittableRandom(seed + token).nextLong());
  }
}

package io.ingot.linear;

import io.ingot.tensor.Parallel;
import java.util.Optional;

/**
 * The leading part of a singular value decomposition: {@code D ~ left diag(values) right'}, the
 * nearest matrix of that rank (Eckart and Young).
 *
 * @param values singular values, largest first, all positive
 * @param left row-major {@code [rows of D, values]}, orthonormal columns
 * @param right row-major {@code [columns of D, values]}, orthonormal columns
 * @param squares sum of the squares of all elements of D
 */
public record TruncatedSvd(double[] values, float[] left, float[] right, double squares) {
  /** A side up to which all is computed exactly, and the longest other side then. */
  private static final int SMALL = 128;

  private static final int SMALL_OTHER = 1024;

  /** Smaller singular values, relative to the largest, are rounding noise of float32. */
  static final double NOISE = 1e-6;

  /**
   * Decomposes. Small matrices exactly; others iteratively until what is kept is within 1e-5 of the
   * most that the rank allows, usually far closer. The result is the same for any number of
   * threads.
   *
   * @param rank at most so many singular values; fewer where the matrix has fewer
   * @return empty when an element is NaN or infinite
   */
  public static Optional<TruncatedSvd> of(MatrixSource matrix, int rank, Parallel parallel) {
    double squares = new Products(parallel).squares(matrix);
    if (!Double.isFinite(squares)) {
      return Optional.empty();
    }
    int shorter = Math.min(matrix.rows(), matrix.columns());
    int longer = Math.max(matrix.rows(), matrix.columns());
    int wanted = Math.min(rank, shorter);
    if (squares == 0 || wanted == 0) {
      return Optional.of(new TruncatedSvd(new double[0], new float[0], new float[0], squares));
    }
    return Optional.of(
        shorter <= SMALL && longer <= SMALL_OTHER
            ? JacobiSvd.of(matrix, wanted, squares)
            : KrylovSvd.of(matrix, wanted, squares, parallel));
  }

  public int rank() {
    return values.length;
  }

  /** Share of the squares of D that is kept, from 0 to 1. */
  public double energy() {
    double kept = 0;
    for (double value : values) {
      kept += value * value;
    }
    return squares == 0 ? 1 : Math.min(1, kept / squares);
  }

  /** Without the singular values of {@code epsilon} or less. */
  public TruncatedSvd above(double epsilon) {
    int kept = 0;
    while (kept < values.length && values[kept] > epsilon) {
      kept++;
    }
    return new TruncatedSvd(
        java.util.Arrays.copyOf(values, kept),
        columns(left, values.length, kept),
        columns(right, values.length, kept),
        squares);
  }

  /** The first columns of a row-major matrix. */
  static float[] columns(float[] matrix, int columns, int kept) {
    if (kept == columns) {
      return matrix;
    }
    int rows = columns == 0 ? 0 : matrix.length / columns;
    float[] narrow = new float[rows * kept];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(matrix, i * columns, narrow, i * kept, kept);
    }
    return narrow;
  }
}

package io.ingot.merge.method;

import io.ingot.tensor.Reductions;

/**
 * Several sums in double precision, over the chunks of one vector, or of many vectors of which each
 * chunk holds one element. Not thread-safe.
 */
final class VectorSums {
  private final double[][] sums;
  private final boolean many;
  private int count;

  /**
   * @param width how many sums
   * @param vectors how many neighbors in memory belong to vectors of their own; 0 when a whole
   *     chunk belongs to one
   */
  VectorSums(int width, int vectors) {
    this.many = vectors > 0;
    this.sums = new double[width][Math.max(1, vectors)];
  }

  /** Says how long the next chunks are. */
  VectorSums of(int elements) {
    count = elements;
    return this;
  }

  /** Adds the products of two chunks, unrounded. */
  void addProduct(int sum, float[] a, float[] b) {
    double[] own = sums[sum];
    if (!many) {
      own[0] += Reductions.dot(a, b, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      own[i] += (double) a[i] * b[i];
    }
  }

  /** Adds a chunk. */
  void add(int sum, float[] a) {
    double[] own = sums[sum];
    if (!many) {
      own[0] += Reductions.sum(a, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      own[i] += a[i];
    }
  }

  /**
   * Adds the sums so far to those of a run of vectors, {@code width} for each vector, and clears.
   */
  void drainTo(double[] all, int vector, int vectors) {
    for (int s = 0; s < sums.length; s++) {
      for (int v = 0; v < vectors; v++) {
        all[(vector + v) * sums.length + s] += sums[s][v];
        sums[s][v] = 0;
      }
    }
  }
}

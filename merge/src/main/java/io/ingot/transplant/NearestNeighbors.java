package io.ingot.transplant;

import io.ingot.linear.Block;
import io.ingot.tensor.Parallel;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Rows interpolated from the k shared tokens that are nearest in the donor: weights {@code 1 /
 * distance}, or the cosine, divided by their sum.
 */
final class NearestNeighbors implements Approximation {
  private static final double EPSILON = 1e-6;

  private final TensorRows donor;
  private final TensorRows model;
  private final int k;
  private final boolean cosine;
  private final Parallel parallel;
  private final double[] lengths;

  /**
   * @param donor rows of the shared tokens; {@code model} likewise, in the same order
   */
  NearestNeighbors(TensorRows donor, TensorRows model, int k, boolean cosine, Parallel parallel) {
    this.donor = donor;
    this.model = model;
    this.k = Math.min(k, donor.rows());
    this.cosine = cosine;
    this.parallel = parallel;
    this.lengths = new double[donor.rows()];
    parallel.blocks(
        donor.rows(),
        256,
        (index, begin, count) -> {
          for (int i = 0; i < count; i++) {
            lengths[(int) begin + i] = length(donor.row((int) begin + i));
          }
        });
  }

  @Override
  public Rows rows(TensorRows targets, int first) {
    return Composition.rows(donor, model, targets, parallel, this::compose);
  }

  private Composition compose(float[] target, Block products, int column) {
    double length = length(target);
    double[] distances = new double[donor.rows()];
    for (int i = 0; i < distances.length; i++) {
      double product = products.data()[i * products.columns() + column];
      distances[i] =
          cosine
              ? 1 - product / Math.max(lengths[i] * length, EPSILON)
              : lengths[i] * lengths[i] - 2 * product;
    }
    int[] nearest = nearest(distances);
    double[] weights = new double[nearest.length];
    double sum = 0;
    for (int i = 0; i < nearest.length; i++) {
      weights[i] =
          cosine
              ? 1 - distances[nearest[i]]
              : 1 / Math.max(distance(target, donor.row(nearest[i])), EPSILON);
      sum += weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= Math.max(sum, EPSILON);
    }
    return new Composition(nearest, weights);
  }

  /** The k smallest, nearest first; the lower number first where equal. */
  private int[] nearest(double[] distances) {
    Comparator<Integer> byDistance =
        Comparator.<Integer>comparingDouble(i -> distances[i]).thenComparing(i -> i);
    PriorityQueue<Integer> farthest = new PriorityQueue<>(byDistance.reversed());
    for (int i = 0; i < distances.length; i++) {
      if (farthest.size() < k) {
        farthest.add(i);
      } else if (distances[i] < distances[farthest.element()]) {
        farthest.remove();
        farthest.add(i);
      }
    }
    return IntStream.generate(farthest::remove)
        .limit(farthest.size())
        .boxed()
        .sorted(byDistance)
        .mapToInt(i -> i)
        .toArray();
  }

  private static double length(float[] row) {
    double squares = 0;
    for (float x : row) {
      squares += (double) x * x;
    }
    return Math.sqrt(squares);
  }

  /** Exactly: the difference of squares cancels where rows are close. */
  private static double distance(float[] x, float[] y) {
    double squares = 0;
    for (int i = 0; i < x.length; i++) {
      squares += ((double) x[i] - y[i]) * ((double) x[i] - y[i]);
    }
    return Math.sqrt(squares);
  }
}

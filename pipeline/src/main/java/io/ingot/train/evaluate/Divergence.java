package io.ingot.train.evaluate;

import io.ingot.error.IngotException;
import io.ingot.progress.Progress;
import io.ingot.train.LanguageModel;
import java.util.List;

/**
 * Mean Kullback-Leibler divergence KL(baseline || model) per position, in nats, over the positions
 * that predict a token of the row.
 *
 * @param sum over all positions
 */
public record Divergence(double sum, long positions) {
  /** Below this a probability weighs nothing, and may be -infinity. */
  private static final double LEAST = -80;

  public double mean() {
    return positions == 0 ? 0 : sum / positions;
  }

  /** Both models must have the same vocabulary. */
  public static Divergence measure(
      LanguageModel baseline,
      LanguageModel model,
      List<int[]> rows,
      Progress progress,
      ExactMatch.Checkpoint checkpoint)
      throws InterruptedException {
    double sum = 0;
    long positions = 0;
    for (int[] row : rows) {
      checkpoint.check();
      float[][] expected = new float[1][];
      double[] total = new double[1];
      baseline.logProbabilities(List.of(row), (r, values, vocabulary) -> expected[0] = values);
      model.logProbabilities(
          List.of(row),
          (r, values, vocabulary) -> total[0] = total(expected[0], values, vocabulary, row.length));
      sum += total[0];
      positions += row.length - 1;
      progress.advance(1);
    }
    return new Divergence(sum, positions);
  }

  private static double total(float[] expected, float[] actual, int vocabulary, int length) {
    if (expected.length != actual.length) {
      throw IngotException.failed(
          "the models have vocabularies of "
              + expected.length / length
              + " and "
              + vocabulary
              + " tokens; their divergence is not defined");
    }
    double total = 0;
    for (int i = 0; i < (length - 1) * vocabulary; i++) {
      double p = expected[i];
      if (p > LEAST) {
        total += Math.exp(p) * (p - actual[i]);
      }
    }
    return total;
  }
}

package io.ingot.transplant;

import io.ingot.linear.Block;
import io.ingot.linear.Products;
import io.ingot.tensor.Parallel;

/**
 * A row as a weighted sum of shared rows.
 *
 * @param chosen numbers of shared tokens
 * @param weights as many
 */
record Composition(int[] chosen, double[] weights) {
  /** Chooses shared rows and their weights; called by several threads. */
  @FunctionalInterface
  interface Composer {
    /**
     * @param target a row of the donor
     * @param products of all shared rows with all targets, one column for each target
     * @param column of this target
     */
    Composition compose(float[] target, Block products, int column);
  }

  /**
   * Composes a row of the model for every target.
   *
   * @param donor rows of the shared tokens; {@code model} likewise, in the same order
   */
  static Approximation.Rows rows(
      TensorRows donor,
      TensorRows model,
      TensorRows targets,
      Parallel parallel,
      Composer composer) {
    Block products =
        new Products(parallel).times(donor, Block.transposed(targets, 0, targets.rows()));
    float[][] rows = new float[targets.rows()][];
    double[] residuals = new double[rows.length];
    parallel.blocks(
        rows.length,
        1,
        (index, begin, count) -> {
          float[] target = targets.row(index);
          Composition composition = composer.compose(target, products, index);
          rows[index] = composition.row(model);
          residuals[index] = composition.residual(donor, target);
        });
    return new Approximation.Rows(rows, residuals);
  }

  /** The sum, of rows of either model. */
  double[] sum(TensorRows shared) {
    double[] sum = new double[shared.columns()];
    float[] row = new float[sum.length];
    for (int i = 0; i < chosen.length; i++) {
      shared.read(chosen[i], 0, row, 0, row.length);
      for (int j = 0; j < sum.length; j++) {
        sum[j] += weights[i] * row[j];
      }
    }
    return sum;
  }

  float[] row(TensorRows shared) {
    double[] sum = sum(shared);
    float[] row = new float[sum.length];
    for (int j = 0; j < row.length; j++) {
      row[j] = (float) sum[j];
    }
    return row;
  }

  /** Distance of the sum from a target, relative to the target's length. */
  double residual(TensorRows shared, float[] target) {
    double[] sum = sum(shared);
    double missed = 0;
    double all = 0;
    for (int j = 0; j < sum.length; j++) {
      missed += (target[j] - sum[j]) * (target[j] - sum[j]);
      all += (double) target[j] * target[j];
    }
    return all == 0 ? 0 : Math.sqrt(missed / all);
  }
}

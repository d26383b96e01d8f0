package io.ingot.transplant;

/**
 * A row as a weighted sum of shared rows.
 *
 * @param chosen numbers of shared tokens
 * @param weights as many
 */
record Composition(int[] chosen, double[] weights) {

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

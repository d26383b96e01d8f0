package io.ingot.transplant;

import io.ingot.linear.Block;
import io.ingot.linear.MatrixSource;
import io.ingot.linear.Products;
import java.util.SplittableRandom;

/**
 * Rows drawn from the normal distribution with mean and covariance of the model's rows (Hewitt,
 * Initializing New Word Embeddings, 2021). With n centered rows X and z standard normal, {@code X'
 * z / sqrt(n)} has exactly that covariance, so it need not be factored, nor be definite.
 */
final class GaussianRows implements Approximation {
  private final MatrixSource centered;
  private final float[] mean;
  private final Products products;
  private final long seed;

  GaussianRows(TensorRows model, Products products, long seed) {
    this.mean = model.mean();
    this.products = products;
    this.seed = seed;
    this.centered =
        new MatrixSource() {
          @Override
          public int rows() {
            return model.rows();
          }

          @Override
          public int columns() {
            return model.columns();
          }

          @Override
          public void read(int row, int column, float[] out, int offset, int count) {
            model.read(row, column, out, offset, count);
            for (int i = 0; i < count; i++) {
              out[offset + i] -= mean[column + i];
            }
          }
        };
  }

  @Override
  public Rows rows(TensorRows targets, int first) {
    int count = targets.rows();
    Block normal = Block.zeros(centered.rows(), Block.padded(count));
    for (int k = 0; k < count; k++) {
      SplittableRandom random = RandomRows.stream(seed, first + k);
      for (int i = 0; i < normal.rows(); i++) {
        normal.data()[i * normal.columns() + k] = (float) random.nextGaussian();
      }
    }
    Block sums = products.transposedTimes(centered, normal);
    double scale = 1 / Math.sqrt(centered.rows());
    float[][] rows = new float[count][mean.length];
    for (int k = 0; k < count; k++) {
      for (int j = 0; j < mean.length; j++) {
        rows[k][j] = (float) (mean[j] + scale * sums.data()[j * sums.columns() + k]);
      }
    }
    return Rows.of(rows);
  }
}

package io.ingot.linear;

import java.util.stream.IntStream;

/**
 * One-sided Jacobi in double: rotates pairs of columns until all are orthogonal; their lengths are
 * the singular values. The most accurate method there is, for small matrices (Hestenes 1958; Demmel
 * and Veselic, SIAM J. Matrix Anal. 13, 1992).
 */
final class JacobiSvd {
  private static final int MAX_SWEEPS = 60;
  private static final double ORTHOGONAL = 1e-15;

  private JacobiSvd() {}

  static TruncatedSvd of(MatrixSource matrix, int wanted, double squares) {
    boolean tall = matrix.rows() >= matrix.columns();
    int count = Math.min(matrix.rows(), matrix.columns());
    int length = Math.max(matrix.rows(), matrix.columns());
    double[][] vectors = vectors(matrix, tall, count, length);
    double[][] rotations = new double[count][count];
    for (int i = 0; i < count; i++) {
      rotations[i][i] = 1;
    }
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
      if (!sweep(vectors, rotations)) {
        break;
      }
    }
    double[] lengths = new double[count];
    for (int i = 0; i < count; i++) {
      lengths[i] = Math.sqrt(dot(vectors[i], vectors[i]));
    }
    int[] order =
        IntStream.range(0, count)
            .boxed()
            .sorted((i, j) -> Double.compare(lengths[j], lengths[i]))
            .mapToInt(i -> i)
            .toArray();
    int rank = 0;
    while (rank < wanted && lengths[order[rank]] > TruncatedSvd.NOISE * lengths[order[0]]) {
      rank++;
    }
    double[] values = new double[rank];
    float[] outer = new float[length * rank];
    float[] inner = new float[count * rank];
    for (int k = 0; k < rank; k++) {
      double[] vector = vectors[order[k]];
      values[k] = lengths[order[k]];
      for (int i = 0; i < length; i++) {
        outer[i * rank + k] = (float) (vector[i] / values[k]);
      }
      for (int i = 0; i < count; i++) {
        inner[i * rank + k] = (float) rotations[order[k]][i];
      }
    }
    return new TruncatedSvd(values, tall ? outer : inner, tall ? inner : outer, squares);
  }

  /** The columns of a tall matrix, the rows of a wide one. */
  private static double[][] vectors(MatrixSource matrix, boolean tall, int count, int length) {
    double[][] vectors = new double[count][length];
    float[] row = new float[matrix.columns()];
    for (int i = 0; i < matrix.rows(); i++) {
      matrix.read(i, 0, row, 0, row.length);
      for (int j = 0; j < row.length; j++) {
        if (tall) {
          vectors[j][i] = row[j];
        } else {
          vectors[i][j] = row[j];
        }
      }
    }
    return vectors;
  }

  /** Rotates every pair once; gives whether any was not orthogonal yet. */
  private static boolean sweep(double[][] vectors, double[][] rotations) {
    boolean rotated = false;
    for (int p = 0; p < vectors.length - 1; p++) {
      for (int q = p + 1; q < vectors.length; q++) {
        double alpha = dot(vectors[p], vectors[p]);
        double beta = dot(vectors[q], vectors[q]);
        double gamma = dot(vectors[p], vectors[q]);
        if (Math.abs(gamma) <= ORTHOGONAL * Math.sqrt(alpha * beta)) {
          continue;
        }
        double zeta = (beta - alpha) / (2 * gamma);
        double tangent = Math.copySign(1 / (Math.abs(zeta) + Math.hypot(1, zeta)), zeta);
        double cosine = 1 / Math.hypot(1, tangent);
        rotate(vectors[p], vectors[q], cosine, cosine * tangent);
        rotate(rotations[p], rotations[q], cosine, cosine * tangent);
        rotated = true;
      }
    }
    return rotated;
  }

  private static void rotate(double[] x, double[] y, double c, double s) {
    for (int i = 0; i < x.length; i++) {
      double xi = x[i];
      x[i] = c * xi - s * y[i];
      y[i] = s * xi + c * y[i];
    }
  }

  private static double dot(double[] x, double[] y) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 4 <= x.length; i += 4) {
      s0 += x[i] * y[i];
      s1 += x[i + 1] * y[i + 1];
      s2 += x[i + 2] * y[i + 2];
      s3 += x[i + 3] * y[i + 3];
    }
    for (; i < x.length; i++) {
      s0 += x[i] * y[i];
    }
    return s0 + s1 + (s2 + s3);
  }
}

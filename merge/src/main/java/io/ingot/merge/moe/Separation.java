package io.ingot.merge.moe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How well a router tells its experts apart: the condition number of its rows, the ratio of their
 * largest to their smallest singular value. Rows that are nearly alike make it large, and some
 * experts are hardly ever chosen. Singular values are found as roots of the eigenvalues of {@code R
 * R^T} by Jacobi's rotations.
 */
final class Separation {
  /** Above this mergekit warns, too. */
  private static final double LIMIT = 5;

  private static final int SWEEPS = 60;

  private Separation() {}

  /** Layers whose rows are nearly alike, for people; empty when there are none. */
  static Optional<String> warning(float[][][] rows) {
    List<Integer> alike = new ArrayList<>();
    for (int layer = 0; layer < rows.length; layer++) {
      if (condition(rows[layer]) > LIMIT) {
        alike.add(layer);
      }
    }
    if (alike.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "the routers of %s hardly tell some experts apart: the prompts are too similar, or cancel out"
            .formatted(alike.size() == rows.length ? "all layers" : "layers " + alike));
  }

  /** Condition number of a matrix by rows; infinite when a row depends on the others. */
  static double condition(float[][] rows) {
    int n = rows.length;
    double[][] gram = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double dot = 0;
        for (int k = 0; k < rows[i].length; k++) {
          dot += (double) rows[i][k] * rows[j][k];
        }
        gram[i][j] = dot;
        gram[j][i] = dot;
      }
    }
    for (int sweep = 0; sweep < SWEEPS && rotateAll(gram); sweep++) {}
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int i = 0; i < n; i++) {
      least = Math.min(least, gram[i][i]);
      most = Math.max(most, gram[i][i]);
    }
    return least <= most * 1e-14 ? Double.POSITIVE_INFINITY : Math.sqrt(most / least);
  }

  /** One rotation for each pair; whether there was anything left to do. */
  private static boolean rotateAll(double[][] a) {
    boolean moved = false;
    for (int p = 0; p < a.length; p++) {
      for (int q = p + 1; q < a.length; q++) {
        if (Math.abs(a[p][q]) > 1e-15 * Math.sqrt(Math.abs(a[p][p] * a[q][q])) + 1e-300) {
          rotate(a, p, q);
          moved = true;
        }
      }
    }
    return moved;
  }

  private static void rotate(double[][] a, int p, int q) {
    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    double c = 1 / Math.sqrt(t * t + 1);
    double s = t * c;
    for (int k = 0; k < a.length; k++) {
      double kp = a[k][p];
      double kq = a[k][q];
      a[k][p] = c * kp - s * kq;
      a[k][q] = s * kp + c * kq;
    }
    for (int k = 0; k < a.length; k++) {
      double pk = a[p][k];
      double qk = a[q][k];
      a[p][k] = c * pk - s * qk;
      a[q][k] = s * pk + c * qk;
    }
  }
}

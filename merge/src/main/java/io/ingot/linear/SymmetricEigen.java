package io.ingot.linear;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix in double: Householder tridiagonalization,
 * then implicit QL with Wilkinson's shift (Golub and Van Loan, Matrix Computations, 8.3). Work
 * grows with the cube of the order; meant for up to some thousands.
 *
 * @param values largest first
 * @param vectors as rows, in the order of the values, of length 1
 */
record SymmetricEigen(double[] values, double[][] vectors) {
  /** Far more than QL ever needs for one eigenvalue. */
  private static final int MAX_STEPS = 200;

  /**
   * Decomposes.
   *
   * @param symmetric is overwritten
   * @param wanted number of eigenvectors, those of the largest eigenvalues
   */
  static SymmetricEigen of(double[][] symmetric, int wanted) {
    int n = symmetric.length;
    double[] diagonal = new double[n];
    double[] beside = new double[n];
    double[][] reflectors = tridiagonalize(symmetric, diagonal, beside);
    double[][] vectors = new double[n][n];
    for (int i = 0; i < n; i++) {
      vectors[i][i] = 1;
    }
    diagonalize(diagonal, beside, vectors);
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted((i, j) -> Double.compare(diagonal[j], diagonal[i]))
            .mapToInt(i -> i)
            .toArray();
    double[] values = new double[n];
    double[][] sorted = new double[wanted][];
    for (int i = 0; i < n; i++) {
      values[i] = diagonal[order[i]];
      if (i < wanted) {
        sorted[i] = vectors[order[i]];
        for (int k = n - 3; k >= 0; k--) {
          reflect(sorted[i], reflectors[k], k + 1);
        }
      }
    }
    return new SymmetricEigen(values, sorted);
  }

  /** Gives unit vectors v_k with T = ... (1 - 2 v v') A (1 - 2 v v') ...; row k from k + 1 on. */
  private static double[][] tridiagonalize(double[][] a, double[] diagonal, double[] beside) {
    int n = a.length;
    double[][] reflectors = new double[Math.max(0, n - 2)][];
    double[] p = new double[n];
    for (int k = 0; k < n - 2; k++) {
      double[] v = new double[n];
      double squares = 0;
      for (int i = k + 1; i < n; i++) {
        v[i] = a[k][i];
        squares += v[i] * v[i];
      }
      double norm = Math.sqrt(squares);
      double target = v[k + 1] > 0 ? -norm : norm;
      double length = Math.sqrt(Math.max(0, 2 * (squares - target * v[k + 1])));
      beside[k] = target;
      reflectors[k] = v;
      if (length == 0) {
        Arrays.fill(v, 0);
        continue;
      }
      v[k + 1] -= target;
      for (int i = k + 1; i < n; i++) {
        v[i] /= length;
      }
      double share = 0;
      for (int i = k + 1; i < n; i++) {
        p[i] = 2 * dot(a[i], v, k + 1, n);
        share += p[i] * v[i];
      }
      for (int i = k + 1; i < n; i++) {
        p[i] -= share * v[i];
      }
      for (int i = k + 1; i < n; i++) {
        double[] row = a[i];
        double vi = v[i];
        double pi = p[i];
        for (int j = k + 1; j < n; j++) {
          row[j] -= vi * p[j] + pi * v[j];
        }
      }
    }
    for (int i = 0; i < n; i++) {
      diagonal[i] = a[i][i];
    }
    if (n > 1) {
      beside[n - 2] = a[n - 2][n - 1];
    }
    return reflectors;
  }

  private static void reflect(double[] x, double[] v, int from) {
    double twice = 2 * dot(x, v, from, x.length);
    for (int i = from; i < x.length; i++) {
      x[i] -= twice * v[i];
    }
  }

  private static double dot(double[] x, double[] y, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    for (; i + 4 <= to; i += 4) {
      s0 += x[i] * y[i];
      s1 += x[i + 1] * y[i + 1];
      s2 += x[i + 2] * y[i + 2];
      s3 += x[i + 3] * y[i + 3];
    }
    for (; i < to; i++) {
      s0 += x[i] * y[i];
    }
    return s0 + s1 + (s2 + s3);
  }

  /** Implicit QL; rotates the rows of {@code z} along. */
  private static void diagonalize(double[] d, double[] e, double[][] z) {
    int n = d.length;
    for (int l = 0; l < n; l++) {
      for (int step = 0; step < MAX_STEPS; step++) {
        int m = l;
        while (m < n - 1
            && Math.abs(e[m]) > Math.ulp(1.0) * (Math.abs(d[m]) + Math.abs(d[m + 1]))) {
          m++;
        }
        if (m == l) {
          break;
        }
        double g = (d[l + 1] - d[l]) / (2 * e[l]);
        double r = Math.hypot(g, 1);
        g = d[m] - d[l] + e[l] / (g + Math.copySign(r, g));
        double s = 1;
        double c = 1;
        double p = 0;
        int i = m - 1;
        for (; i >= l; i--) {
          double f = s * e[i];
          double b = c * e[i];
          r = Math.hypot(f, g);
          e[i + 1] = r;
          if (r == 0) {
            d[i + 1] -= p;
            e[m] = 0;
            break;
          }
          s = f / r;
          c = g / r;
          g = d[i + 1] - p;
          r = (d[i] - g) * s + 2 * c * b;
          p = s * r;
          d[i + 1] = g + p;
          g = c * r - b;
          rotate(z[i], z[i + 1], c, s);
        }
        if (r == 0 && i >= l) {
          continue;
        }
        d[l] -= p;
        e[l] = g;
        e[m] = 0;
      }
    }
  }

  private static void rotate(double[] x, double[] y, double c, double s) {
    for (int k = 0; k < x.length; k++) {
      double f = y[k];
      y[k] = s * x[k] + c * f;
      x[k] = c * x[k] - s * f;
    }
  }
}

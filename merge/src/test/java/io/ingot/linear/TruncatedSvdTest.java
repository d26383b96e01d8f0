package io.ingot.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ingot.tensor.Parallel;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Singular values against those of the exact method in double. */
class TruncatedSvdTest {
  /** Normally distributed, plus {@code rank} directions of falling weight. */
  static float[] matrix(int rows, int columns, int rank, IntToDoubleFunction weight, double noise) {
    SplittableRandom random = new SplittableRandom(7);
    double[] sum = new double[rows * columns];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = noise == 0 ? 0 : noise * random.nextGaussian();
    }
    for (int k = 0; k < rank; k++) {
      double[] u = random.doubles(rows, -1, 1).toArray();
      double[] v = random.doubles(columns, -1, 1).toArray();
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          sum[i * columns + j] += weight.applyAsDouble(k) * u[i] * v[j];
        }
      }
    }
    float[] matrix = new float[sum.length];
    for (int i = 0; i < sum.length; i++) {
      matrix[i] = (float) sum[i];
    }
    return matrix;
  }

  private static TruncatedSvd svd(float[] data, int rows, int columns, int rank, int threads) {
    try (Parallel parallel = new Parallel(threads)) {
      return TruncatedSvd.of(MatrixSource.of(data, rows, columns), rank, parallel).orElseThrow();
    }
  }

  /** Singular values by the eigenvalues of D D' in double. */
  private static double[] exact(float[] data, int rows, int columns) {
    boolean wide = rows <= columns;
    int n = Math.min(rows, columns);
    double[][] gram = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < Math.max(rows, columns); k++) {
          gram[i][j] +=
              wide
                  ? (double) data[i * columns + k] * data[j * columns + k]
                  : (double) data[k * columns + i] * data[k * columns + j];
        }
      }
    }
    return Arrays.stream(SymmetricEigen.of(gram, 0).values())
        .map(v -> Math.sqrt(Math.max(0, v)))
        .toArray();
  }

  private static double energy(double[] values, int rank) {
    double sum = 0;
    for (int i = 0; i < Math.min(rank, values.length); i++) {
      sum += values[i] * values[i];
    }
    return sum;
  }

  /** The squares of what is left when the approximation is taken away, summed in double. */
  private static double missed(float[] data, int rows, int columns, TruncatedSvd svd) {
    double squares = 0;
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double rest = data[i * columns + j];
        for (int k = 0; k < svd.rank(); k++) {
          rest -=
              svd.values()[k] * svd.left()[i * svd.rank() + k] * svd.right()[j * svd.rank() + k];
        }
        squares += rest * rest;
      }
    }
    return squares;
  }

  @ParameterizedTest(name = "{0}x{1} rank {2} weights {3} noise {4}")
  @CsvSource({
    // noise alone is the hardest: nothing stands out
    "400, 700, 8, 0, 1",
    "400, 700, 48, 0, 1",
    "700, 400, 20, 0, 1",
    // falling spectra
    "300, 900, 16, 0.5, 0",
    "300, 900, 64, 1, 0.01",
    "513, 517, 33, 0.5, 0.3",
    // nearly square, rank near the whole
    "200, 210, 190, 0.5, 0.1",
    "200, 210, 500, 0, 1",
    // very tall, very wide
    "6000, 40, 12, 0.5, 0.1",
    "24, 5000, 10, 1, 0.1",
    // the exact method
    "100, 128, 16, 0.5, 0.2",
    "128, 60, 60, 0, 1",
    "1, 50, 4, 0, 1",
    "50, 1, 4, 0, 1"
  })
  void keepsAsMuchAsTheRankAllows(int rows, int columns, int rank, double power, double noise) {
    float[] data = matrix(rows, columns, power == 0 ? 0 : 120, k -> Math.pow(k + 1, -power), noise);
    double[] exact = exact(data, rows, columns);
    TruncatedSvd svd = svd(data, rows, columns, rank, 2);

    double best = energy(exact, rank);
    assertThat(energy(svd.values(), rank)).isCloseTo(best, within(1e-5 * best));
    double total = energy(exact, exact.length);
    assertThat(svd.squares()).isCloseTo(total, within(1e-9 * total));
    // not only the values: the product of the factors is that near, too
    assertThat(missed(data, rows, columns, svd)).isCloseTo(total - best, within(1e-5 * best));
    assertOrthonormal(svd.left(), svd.rank());
    assertOrthonormal(svd.right(), svd.rank());
  }

  private static void assertOrthonormal(float[] columns, int count) {
    int rows = columns.length / count;
    for (int a = 0; a < count; a++) {
      for (int b = a; b < count; b++) {
        double dot = 0;
        for (int i = 0; i < rows; i++) {
          dot += (double) columns[i * count + a] * columns[i * count + b];
        }
        assertThat(dot).isCloseTo(a == b ? 1 : 0, within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"300, 500", "90, 110"})
  void findsTheTrueRankOfALowRankMatrix(int rows, int columns) {
    float[] data = matrix(rows, columns, 8, k -> 1, 0);
    TruncatedSvd svd = svd(data, rows, columns, 64, 2);
    assertThat(svd.rank()).isEqualTo(8);
    assertThat(missed(data, rows, columns, svd)).isLessThan(1e-11 * svd.squares());
  }

  @Test
  void theResultDoesNotDependOnTheNumberOfThreads() {
    float[] data = matrix(333, 777, 40, k -> Math.pow(k + 1, -0.5), 0.2);
    TruncatedSvd one = svd(data, 333, 777, 24, 1);
    TruncatedSvd many = svd(data, 333, 777, 24, 7);
    assertThat(many.values()).isEqualTo(one.values());
    assertThat(many.left()).isEqualTo(one.left());
    assertThat(many.right()).isEqualTo(one.right());
  }

  @Test
  void equalSingularValuesAreAllFound() {
    int n = 256;
    float[] identity = new float[n * n];
    for (int i = 0; i < n; i++) {
      identity[i * n + i] = 3;
    }
    TruncatedSvd svd = svd(identity, n, n, 40, 2);
    assertThat(svd.rank()).isEqualTo(40);
    for (double value : svd.values()) {
      assertThat(value).isCloseTo(3, within(1e-5));
    }
  }

  @Test
  void zeroHasNoSingularValuesAndLosesNothing() {
    TruncatedSvd svd = svd(new float[200 * 300], 200, 300, 16, 1);
    assertThat(svd.rank()).isZero();
    assertThat(svd.energy()).isEqualTo(1);
  }

  @Test
  void notANumberIsNoMatrix() {
    float[] data = matrix(150, 160, 3, k -> 1, 1);
    data[777] = Float.NaN;
    try (Parallel parallel = new Parallel(1)) {
      assertThat(TruncatedSvd.of(MatrixSource.of(data, 150, 160), 4, parallel)).isEmpty();
    }
  }

  @Test
  void valuesBelowAThresholdAreCutOff() {
    TruncatedSvd svd = svd(new float[] {3, 0, 0, 0, 2, 0, 0, 0, 1}, 3, 3, 3, 1);
    assertThat(svd.values()).containsExactly(3, 2, 1);
    TruncatedSvd above = svd.above(1.5);
    assertThat(above.values()).containsExactly(3, 2);
    assertThat(above.left()).hasSize(6);
    assertThat(above.energy()).isCloseTo(13.0 / 14, within(1e-12));
  }
}

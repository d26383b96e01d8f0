package io.ingot.transplant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.Parallel;
import io.ingot.tensor.TensorInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pursuit on inner products against the textbook's, which projects residuals in double. */
class MatchingPursuitTest {
  @TempDir Path dir;

  private static TensorRows random(int rows, int columns, long seed) {
    float[] values = new float[rows * columns];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    MemorySegment data = Arena.ofAuto().allocate(4L * values.length, 8);
    Elements.write(DType.F32, values, values.length, data, 0);
    return new TensorRows(
        new TensorInfo("x", DType.F32, List.of((long) rows, (long) columns)),
        data,
        IntStream.range(0, rows).toArray());
  }

  /** Residual projection with Gram-Schmidt in double; gives the row in the model's space. */
  private static double[] textbook(float[] target, TensorRows donor, TensorRows model, int k) {
    double[] residual = new double[target.length];
    for (int j = 0; j < residual.length; j++) {
      residual[j] = target[j];
    }
    List<Integer> chosen = new ArrayList<>();
    List<double[]> basis = new ArrayList<>();
    double[][] triangle = new double[k][k];
    double[] along = new double[k];
    for (int step = 0; step < k; step++) {
      int best = -1;
      double most = -1;
      for (int i = 0; i < donor.rows(); i++) {
        double product = Math.abs(dot(donor.row(i), residual));
        if (product > most && !chosen.contains(i)) {
          most = product;
          best = i;
        }
      }
      chosen.add(best);
      float[] atom = donor.row(best);
      double[] q = new double[atom.length];
      for (int j = 0; j < q.length; j++) {
        q[j] = atom[j];
      }
      for (int s = 0; s < step; s++) {
        triangle[s][step] = dot(atom, basis.get(s));
        for (int j = 0; j < q.length; j++) {
          q[j] -= triangle[s][step] * basis.get(s)[j];
        }
      }
      double length = Math.sqrt(dot(q, q));
      triangle[step][step] = length;
      for (int j = 0; j < q.length; j++) {
        q[j] /= length;
      }
      basis.add(q);
      along[step] = dot(target, q);
      for (int j = 0; j < q.length; j++) {
        residual[j] -= along[step] * q[j];
      }
    }
    double[] row = new double[model.columns()];
    for (int i = k - 1; i >= 0; i--) {
      for (int s = i + 1; s < k; s++) {
        along[i] -= triangle[i][s] * along[s];
      }
      along[i] /= triangle[i][i];
      float[] atom = model.row(chosen.get(i));
      for (int j = 0; j < row.length; j++) {
        row[j] += along[i] * atom[j];
      }
    }
    return row;
  }

  private static double dot(float[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  @ParameterizedTest(name = "{0} tokens of {1} shared, width {2}, k {3}")
  @CsvSource({"20, 90, 24, 1", "20, 90, 24, 8", "20, 700, 64, 40", "33, 50, 100, 50"})
  void composesAsTheTextbookDoes(int missing, int shared, int width, int k)
      throws InterruptedException {
    TensorRows donor = random(shared, width, 1);
    TensorRows model = random(shared, 17, 2);
    TensorRows targets = random(missing, width, 3);
    try (Parallel parallel = new Parallel(2);
        MatchingPursuit pursuit =
            new MatchingPursuit(
                donor,
                model,
                k,
                parallel,
                dir.resolve("products"),
                Progress.NONE,
                Cancellation.NONE)) {
      Approximation.Rows made = pursuit.rows(targets, 0);
      for (int i = 0; i < missing; i++) {
        double[] expected = textbook(targets.row(i), donor, model, k);
        for (int j = 0; j < expected.length; j++) {
          assertThat((double) made.values()[i][j])
              .as("row %d, column %d", i, j)
              .isCloseTo(expected[j], within(2e-4));
        }
        assertThat(made.residuals()[i]).isBetween(0.0, 1.0);
      }
    }
    assertThat(dir.resolve("products")).doesNotExist();
  }

  @Test
  void theNumberOfThreadsAndTheBatchDoNotShow() throws InterruptedException {
    TensorRows donor = random(300, 40, 1);
    TensorRows model = random(300, 9, 2);
    TensorRows targets = random(50, 40, 3);
    float[][] all;
    try (Parallel parallel = new Parallel(1);
        MatchingPursuit pursuit =
            new MatchingPursuit(
                donor, model, 12, parallel, dir.resolve("a"), Progress.NONE, Cancellation.NONE)) {
      all = pursuit.rows(targets, 0).values();
    }
    try (Parallel parallel = new Parallel(5);
        MatchingPursuit pursuit =
            new MatchingPursuit(
                donor, model, 12, parallel, dir.resolve("b"), Progress.NONE, Cancellation.NONE)) {
      for (int i = 0; i < 50; i += 7) {
        assertThat(pursuit.rows(targets.of(i), i).values()[0]).isEqualTo(all[i]);
      }
    }
  }

  /** Of up to 64 rows; donor and model are the same. */
  private MatchingPursuit pursuit(TensorRows donor, Parallel parallel) throws InterruptedException {
    return new MatchingPursuit(
        donor, donor, 64, parallel, dir.resolve("products"), Progress.NONE, Cancellation.NONE);
  }

  @Test
  void moreStepsThanDimensionsComposeExactly() throws InterruptedException {
    TensorRows donor = random(276, 32, 1);
    try (Parallel parallel = new Parallel(2);
        MatchingPursuit pursuit = pursuit(donor, parallel)) {
      assertThat(pursuit.rows(random(50, 32, 9), 0).residuals())
          .satisfies(
              residuals -> {
                for (double residual : residuals) {
                  assertThat(residual).isLessThan(3e-6);
                }
              });
    }
  }

  @Test
  void repeatedAndZeroRowsDoNoHarm() throws InterruptedException {
    TensorRows twice = random(30, 8, 1);
    int[] doubled = IntStream.range(0, 60).map(i -> i / 2).toArray();
    TensorRows donor = twice.of(doubled);
    try (Parallel parallel = new Parallel(2);
        MatchingPursuit pursuit = pursuit(donor, parallel)) {
      TensorRows targets = random(5, 8, 9);
      Approximation.Rows made = pursuit.rows(targets, 0);
      for (int i = 0; i < 5; i++) {
        assertThat(made.residuals()[i]).isLessThan(1e-5);
        for (int j = 0; j < 8; j++) {
          assertThat(made.values()[i][j]).isCloseTo(targets.row(i)[j], within(1e-4f));
        }
      }
    }
  }
}

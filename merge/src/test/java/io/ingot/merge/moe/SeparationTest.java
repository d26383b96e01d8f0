package io.ingot.merge.moe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SeparationTest {
  @Test
  void theConditionOfAMatrixIsTheRatioOfItsSingularValues() {
    assertThat(Separation.condition(new float[][] {{1, 0, 0}, {0, 1, 0}})).isEqualTo(1);
    assertThat(Separation.condition(new float[][] {{3, 0, 0}, {0, 0, 0.5f}})).isEqualTo(6);
    // Singular values of [[1, 1], [0, 1]] are the golden ratio and its inverse.
    double golden = (1 + Math.sqrt(5)) / 2;
    assertThat(Separation.condition(new float[][] {{1, 1}, {0, 1}}))
        .isCloseTo(golden * golden, Offset.offset(1e-9));
    assertThat(Separation.condition(new float[][] {{1, 2}, {2, 4}})).isInfinite();
    assertThat(Separation.condition(new float[][] {{0, 0}, {1, 0}})).isInfinite();
  }

  @Test
  void itDoesNotDependOnTheOrderOfRows() {
    Random random = new Random(3);
    float[][] rows = new float[7][40];
    for (float[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    double before = Separation.condition(rows);
    float[] first = rows[0];
    rows[0] = rows[6];
    rows[6] = first;
    assertThat(Separation.condition(rows)).isCloseTo(before, Offset.offset(1e-9));
    assertThat(before).isBetween(1.0, 5.0);
  }
}

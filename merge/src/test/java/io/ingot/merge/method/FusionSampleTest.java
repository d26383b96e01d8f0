package io.ingot.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.tensor.DrawStream;
import io.ingot.tensor.MersenneTwister;
import io.ingot.tensor.Parallel;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sparse shuffles and counted quantiles against whole permutations and sorted arrays. */
class FusionSampleTest {
  @Test
  void sampledPositionsAreTheFrontOfTheShuffle() {
    int n = 5000;
    for (int steps : new int[] {1, 300, 4999}) {
      MersenneTwister draws = new MersenneTwister(steps);
      int[] permutation = new int[n];
      Arrays.setAll(permutation, i -> i);
      long[] wanted = Selection.none(n);
      for (int i = 0; i < steps; i++) {
        int other = i + (int) (Integer.toUnsignedLong(draws.next()) % (n - i));
        int swap = permutation[i];
        permutation[i] = permutation[other];
        permutation[other] = swap;
        Selection.set(wanted, permutation[i]);
      }
      assertThat(draw(steps, n, steps)).isEqualTo(wanted);
    }
  }

  /** The first of {@code torch.manual_seed(5); torch.randperm(n)} on both sides of its limit. */
  @Test
  void sampledPositionsAreThoseOfTorch() {
    assertThat(positions(draw(5, 214_748_363, 5)))
        .containsExactlyInAnyOrder(94459959, 22248453, 89044632, 134552128, 28858574);
    assertThat(positions(draw(5, 214_748_364, 8)))
        .containsExactlyInAnyOrder(
            91252029, 200188117, 89143689, 193777243, 63032797, 86211230, 118982567, 77878345);
  }

  private static long[] draw(long seed, long n, int steps) {
    DrawStream draws = DrawStream.reserve(new MersenneTwister(seed), SampledPositions.draws(n));
    try (Parallel parallel = Parallel.ofProcessors()) {
      return SampledPositions.draw(draws, 0, n, steps, parallel);
    }
  }

  private static List<Integer> positions(long[] bits) {
    return BitSet.valueOf(bits).stream().boxed().toList();
  }

  @Test
  void quantilesAreElementsOfTheSortedArray() {
    Random random = new Random(2);
    float[] values = new float[10_001];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 9 == 0 ? -0f : (float) random.nextGaussian() * (i % 5);
    }
    values[17] = Float.NaN;
    values[18] = Float.NEGATIVE_INFINITY;
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    for (float q : new float[] {0, 0.25f, 0.5f, 0.75f, 1}) {
      assertThat(Float.floatToIntBits(Quantiles.of(values, q)))
          .isEqualTo(Float.floatToIntBits(sorted[(int) (q * (sorted.length - 1))]));
    }
  }
}

package io.ingot.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Long runs, which take the vector loops, against short ones, which take the plain loops. */
class KernelTwinsTest {
  private static final int COUNT = 4099;

  /** Operands of a kernel; it changes {@code a} and {@code keys} in place. */
  private record Chunk(float[] a, float[] b, float[] c, int[] keys, int count) {
    static Chunk random() {
      Random random = new Random(23);
      Chunk chunk =
          new Chunk(new float[COUNT], new float[COUNT], new float[COUNT], new int[COUNT], COUNT);
      float[] special = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1f};
      for (int i = 0; i < COUNT; i++) {
        chunk.a[i] = (float) random.nextGaussian();
        chunk.b[i] = i % 7 == 0 ? special[i / 7 % special.length] : (float) random.nextGaussian();
        chunk.c[i] = i % 11 == 0 ? special[i / 11 % special.length] : random.nextInt(3) - 1;
        chunk.keys[i] = random.nextInt(50);
      }
      return chunk;
    }

    Chunk part(int from, int to) {
      return new Chunk(
          java.util.Arrays.copyOfRange(a, from, to),
          java.util.Arrays.copyOfRange(b, from, to),
          java.util.Arrays.copyOfRange(c, from, to),
          java.util.Arrays.copyOfRange(keys, from, to),
          to - from);
    }
  }

  private record Named(String name, Consumer<Chunk> kernel) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Named> kernels() {
    return Stream.of(
        new Named("agreement", k -> Kernels.agreement(k.a, k.b, k.c, 0.3f, k.count)),
        new Named(
            "addAgreeing",
            k -> {
              float[] divisor = new float[k.count];
              Kernels.addAgreeing(k.a, divisor, k.b, k.c, 0.3f, k.count);
              System.arraycopy(divisor, 0, k.c, 0, k.count);
            }),
        new Named("countActive", k -> Kernels.countActive(k.a, k.b, 0.5f, k.count)),
        new Named("addActive", k -> Kernels.addActive(k.a, k.c, k.b, 0.5f, k.count)),
        new Named("scaleWhere", k -> Kernels.scaleWhere(k.a, k.c, 1, 1.7f, k.count)),
        new Named("atLeast", k -> Kernels.atLeast(k.a, 0.1f, k.count)),
        new Named("oneForZero", k -> Kernels.oneForZero(k.c, k.count)),
        new Named("step", k -> Kernels.step(k.b, 0.2f, k.count)),
        new Named(
            "bfloat16",
            k -> {
              short[] bits = new short[k.count];
              Kernels.encodeBf16(k.b, 0, bits, k.count);
              Kernels.decodeBf16(bits, k.a, 0, k.count);
              Kernels.round(Rounding.BF16, k.c, k.count);
            }),
        new Named("keys", k -> Kernels.keys(k.b, k.keys, k.count, false)),
        new Named("flipped keys", k -> Kernels.keys(k.b, k.keys, k.count, true)),
        new Named("exponentials", k -> Exponentials.ofDifference(k.a, k.b, 4, k.count)));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void longRunsAreShortRuns(Named named) {
    Chunk whole = Chunk.random();
    Chunk source = Chunk.random();
    named.kernel.accept(whole);
    for (int from = 0; from < COUNT; from += 100) {
      Chunk part = source.part(from, Math.min(COUNT, from + 100));
      named.kernel.accept(part);
      for (int i = 0; i < part.count; i++) {
        assertThat(bits(whole.a[from + i])).as("a of %d", from + i).isEqualTo(bits(part.a[i]));
        assertThat(bits(whole.b[from + i])).isEqualTo(bits(part.b[i]));
        assertThat(bits(whole.c[from + i])).isEqualTo(bits(part.c[i]));
        assertThat(whole.keys[from + i]).isEqualTo(part.keys[i]);
      }
    }
  }

  private static int bits(float x) {
    return Float.floatToIntBits(x);
  }

  @Test
  void sumsAreSixteenPartialSums() {
    Chunk k = Chunk.random();
    double[] dot = new double[16];
    double[] sum = new double[16];
    double[] absolute = new double[16];
    for (int i = 0; i < COUNT; i++) {
      k.b[i] = k.a[COUNT - 1 - i] * 3;
      dot[i % 16] += (double) k.a[i] * k.b[i];
      sum[i % 16] += k.a[i];
      absolute[i % 16] += Math.abs(k.a[i]);
    }
    assertThat(Reductions.dot(k.a, k.b, COUNT)).isEqualTo(folded(dot));
    assertThat(Reductions.sum(k.a, COUNT)).isEqualTo(folded(sum));
    assertThat(Reductions.absoluteSum(k.a, COUNT)).isEqualTo(folded(absolute));
  }

  private static double folded(double[] lanes) {
    for (int half = 8; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }

  @Test
  void greatestIsTheGreatest() {
    Chunk k = Chunk.random();
    float greatest = Float.NEGATIVE_INFINITY;
    for (float a : k.a) {
      greatest = Math.max(greatest, a);
    }
    assertThat(Kernels.greatest(k.a, COUNT)).isEqualTo(greatest);
    assertThat(Kernels.greatest(k.b, COUNT)).isNaN();
  }

  @Test
  void exponentialsAreThoseOfTheStandardLibrary() {
    Random random = new Random(3);
    float[] x = new float[20_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = -(float) Math.pow(10, random.nextDouble() * 6 - 4);
    }
    x[0] = Float.NEGATIVE_INFINITY;
    x[1] = Float.NaN;
    x[2] = 0;
    float[] out = new float[x.length];
    Exponentials.ofDifference(out, x, 0, x.length);
    for (int i = 0; i < x.length; i++) {
      assertThat(bits(out[i])).as("exp(%s)", x[i]).isEqualTo(bits((float) Math.exp(x[i])));
    }
  }

  @Test
  void keysBelowTheirOwnLimits() {
    Chunk k = Chunk.random();
    int[] limits = new Random(9).ints(COUNT, 0, 50).toArray();
    long[] bits = new long[(COUNT + 63) / 64];
    Kernels.belowBits(k.keys, 2, limits, 1, COUNT - 2, bits, 0);
    for (int i = 0; i < COUNT - 2; i++) {
      assertThat(bits[i / 64] >>> i & 1).isEqualTo(k.keys[i + 2] < limits[i + 1] ? 1 : 0);
    }
  }

  @Test
  void indexesTakeThePlaceOfAKey() {
    Chunk k = Chunk.random();
    int[] keys = k.keys.clone();
    Kernels.indexKeys(keys, COUNT, 7, 1000);
    for (int i = 0; i < COUNT; i++) {
      assertThat(keys[i]).isEqualTo(k.keys[i] == 7 ? 0x80000000 | 1000 + i : k.keys[i]);
    }
  }

  @Test
  void runsOfDrawsAreSingleDraws() {
    MersenneTwister runs = new MersenneTwister(8);
    MersenneTwister single = new MersenneTwister(8);
    int[] draws = new int[1500];
    for (int count : new int[] {3, 700, 1500, 1, 623}) {
      runs.fill24(draws, count);
      for (int i = 0; i < count; i++) {
        assertThat(draws[i]).isEqualTo(single.next() & 0xFFFFFF);
      }
      assertThat(runs.next()).isEqualTo(single.next());
    }
  }
}

package io.ingot.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.tensor.DType;
import io.ingot.tensor.DrawStream;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.MersenneTwister;
import io.ingot.tensor.Parallel;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.Spill;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MagnitudesTest {
  private static final int COUNT = 300_007;

  @TempDir Path folder;

  /** Numbers of all sizes, the least that float32 has among them, and zeros of both signs. */
  private static float[] values(Rounding rounding) {
    Random random = new Random(4);
    float[] values = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      values[i] =
          switch (i % 5) {
            case 0 -> i % 2 == 0 ? 0f : -0f;
            case 1 -> Float.MIN_VALUE * (i % 3);
            default -> (float) random.nextGaussian();
          };
    }
    Kernels.round(rounding, values, COUNT);
    return values;
  }

  @ParameterizedTest
  @CsvSource({"F32, true", "F32, false", "F16, true", "BF16, true", "BF16, false"})
  void countsWhatIsNotZero(Rounding rounding, boolean descending) {
    float[] values = values(rounding);
    long expected = 0;
    for (float value : values) {
      expected += value != 0 ? 1 : 0;
    }
    TensorMerge tensor =
        new TensorMerge(
            "x", List.of(), Optional.empty(), false, false, false, Map.of(), warning -> {});
    try (Parallel parallel = new Parallel(2)) {
      tensor.begin(
          new TensorMerge.Execution(
              new NoOutput(),
              parallel,
              DrawStream.reserve(new MersenneTwister(1), 0),
              new Spill(folder)));
      Magnitudes magnitudes =
          new Magnitudes(
              tensor,
              (position, out, count) -> System.arraycopy(values, (int) position, out, 0, count),
              COUNT,
              rounding,
              descending,
              Magnitudes.Choice.TOP_K);
      assertThat(magnitudes.notZero()).isEqualTo(expected);
      long[] half = magnitudes.first(COUNT / 2);
      assertThat(java.util.BitSet.valueOf(half).cardinality()).isEqualTo(COUNT / 2);
    }
  }

  private static final class NoOutput implements TensorOutput {
    @Override
    public DType dtype() {
      return DType.F32;
    }

    @Override
    public void write(long position, MemorySegment bytes) {
      throw new IllegalStateException("nothing is written here");
    }

    @Override
    public void notFinite(long position) {
      throw new IllegalStateException("nothing is written here");
    }
  }
}

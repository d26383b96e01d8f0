package io.ingot.merge.method;

import io.ingot.tensor.MersenneTwister;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/** Importance of every element of a tensor for {@link ArceeFusion}, and its threshold. */
final class FusionImportance implements AutoCloseable {
  /** Larger tensors have their quantiles estimated from as many elements. */
  static final int SAMPLE = 1_000_000;

  private final TensorMerge tensor;
  private final Rounding r;
  private final long elements;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment values;

  FusionImportance(TensorMerge tensor, Operand base, Operand other, Rounding r) {
    this.tensor = tensor;
    this.r = r;
    this.elements = base.elements();
    this.values = arena.allocate(elements * 4, 64);
    List<Long> shape = base.shape();
    int length = shape.isEmpty() ? 1 : Math.toIntExact(shape.getLast());
    long rows = elements / Math.max(1, length);
    int perBlock = (int) Math.clamp(Scratch.BLOCK / Math.max(1, length), 1, 1 << 20);
    tensor
        .parallel()
        .blocks(
            rows,
            perBlock,
            (index, begin, count) -> {
              float[] b = new float[length];
              float[] x = new float[length];
              for (int row = 0; row < count; row++) {
                long at = (begin + row) * length;
                read(base, at, b);
                read(other, at, x);
                row(b, x, at);
              }
            });
  }

  private static void read(Operand operand, long position, float[] row) {
    float[] chunk = Scratch.local().floats(0);
    for (int at = 0; at < row.length; at += Scratch.CHUNK) {
      int count = Math.min(Scratch.CHUNK, row.length - at);
      operand.read(position + at, chunk, count);
      System.arraycopy(chunk, 0, row, at, count);
    }
  }

  private void row(float[] b, float[] x, long position) {
    float[] p = softmax(x);
    float[] q = softmax(b);
    double divergence = 0;
    for (int i = 0; i < p.length; i++) {
      float ratio = r.apply(p[i] / q[i]);
      divergence += r.apply(p[i] * r.apply((float) Math.log(ratio)));
    }
    float kl = r.apply(divergence);
    for (int i = 0; i < x.length; i++) {
      float difference = Math.abs(r.apply(x[i] - b[i]));
      values.set(ValueLayout.JAVA_FLOAT, (position + i) * 4, r.apply(difference * kl));
    }
  }

  /** softmax + 1e-8, both rounded. */
  private float[] softmax(float[] x) {
    float max = Float.NEGATIVE_INFINITY;
    for (float value : x) {
      max = Math.max(max, value);
    }
    double sum = 0;
    float[] exponentials = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      exponentials[i] = (float) Math.exp(x[i] - max);
      sum += exponentials[i];
    }
    for (int i = 0; i < x.length; i++) {
      exponentials[i] = r.apply(r.apply(exponentials[i] / (float) sum) + 1e-8f);
    }
    return exponentials;
  }

  float at(long position) {
    return values.get(ValueLayout.JAVA_FLOAT, position * 4);
  }

  /** median + 1.5 * (third - first quartile). */
  float threshold() {
    float[] sorted;
    float[] quartiles;
    if (elements <= SAMPLE) {
      sorted = new float[(int) elements];
      for (int i = 0; i < sorted.length; i++) {
        sorted[i] = at(i);
      }
      Arrays.sort(sorted);
      quartiles = sorted;
    } else {
      sorted = sample(0);
      quartiles = sample(elements - 1);
    }
    float median = quantile(sorted, 0.5f);
    float first = quantile(quartiles, 0.25f);
    float third = quantile(quartiles, 0.75f);
    return r.apply(median + r.apply(1.5f * r.apply(third - first)));
  }

  private static float quantile(float[] sorted, float q) {
    return sorted[(int) (q * (sorted.length - 1))];
  }

  /** The first million of a random permutation (Fisher and Yates, from the front), sorted. */
  private float[] sample(long firstDraw) {
    MersenneTwister draws = tensor.draws().at(firstDraw);
    int[] permutation = new int[Math.toIntExact(elements)];
    for (int i = 0; i < permutation.length; i++) {
      permutation[i] = i;
    }
    float[] sample = new float[SAMPLE];
    for (int i = 0; i < SAMPLE; i++) {
      if (i < permutation.length - 1) {
        int other = i + (int) (Integer.toUnsignedLong(draws.next()) % (permutation.length - i));
        int swap = permutation[i];
        permutation[i] = permutation[other];
        permutation[other] = swap;
      }
      sample[i] = at(permutation[i]);
    }
    Arrays.sort(sample);
    return sample;
  }

  @Override
  public void close() {
    arena.close();
  }
}

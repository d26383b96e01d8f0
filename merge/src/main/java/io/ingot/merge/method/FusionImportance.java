package io.ingot.merge.method;

import io.ingot.tensor.Exponentials;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.Reductions;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.Scratch;
import java.util.Arrays;
import java.util.List;

/**
 * Importance of the elements of a tensor for {@link ArceeFusion}, and its threshold. Only the
 * divergence of every row is kept; importances are made again where they are needed.
 */
final class FusionImportance {
  /** Larger tensors have their quantiles estimated from as many elements. */
  static final int SAMPLE = 1_000_000;

  private final TensorMerge tensor;
  private final Operand base;
  private final Operand other;
  private final Rounding rounding;
  private final long elements;
  private final VectorLayout rows;
  private final float[] divergences;

  FusionImportance(TensorMerge tensor, Operand base, Operand other, Rounding rounding) {
    this.tensor = tensor;
    this.base = base;
    this.other = other;
    this.rounding = rounding;
    this.elements = base.elements();
    this.rows = VectorLayout.of(base.shape(), false, false);
    this.divergences = new float[rows.vectors()];
    int length = Math.toIntExact(rows.length());
    int perBlock = (int) Math.clamp(Scratch.BLOCK / Math.max(1, length), 1, 1 << 20);
    tensor
        .parallel()
        .blocks(
            rows.vectors(),
            perBlock,
            (index, begin, count) -> {
              float[] b = new float[length];
              float[] x = new float[length];
              for (int row = 0; row < count; row++) {
                long at = (begin + row) * length;
                read(base, at, b);
                read(other, at, x);
                divergences[(int) begin + row] = divergence(b, x);
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

  /** KL(softmax(x) || softmax(b)); overwrites both. */
  private float divergence(float[] b, float[] x) {
    Arithmetic r = new Arithmetic(rounding, x.length);
    softmax(x, r);
    softmax(b, r);
    r.divide(b, x, b);
    Logarithms.of(rounding, b);
    r.multiply(b, x, b);
    return rounding.apply(Reductions.sum(b, b.length));
  }

  /** softmax + 1e-8, both rounded, in place. */
  private static void softmax(float[] x, Arithmetic r) {
    float greatest = Kernels.greatest(x, x.length);
    Exponentials.ofDifference(x, x, greatest, x.length);
    r.divide(x, x, (float) Reductions.sum(x, x.length));
    for (int i = 0; i < x.length; i++) {
      x[i] += 1e-8f;
    }
    r.round(x);
  }

  List<Operand> operands() {
    return List.of(base, other);
  }

  /**
   * Makes the difference of both operands and how important its elements are.
   *
   * @param in the operands; the second becomes the difference
   */
  void of(float[][] in, float[] importance, int count, long position) {
    Arithmetic r = new Arithmetic(rounding, count);
    r.subtract(in[1], in[1], in[0]);
    rows.spread(divergences, position, importance, count);
    for (int i = 0; i < count; i++) {
      importance[i] *= Math.abs(in[1][i]);
    }
    r.round(importance);
  }

  /** median + 1.5 * (third - first quartile). */
  float threshold() {
    float[] values = sample(elements <= SAMPLE ? null : 0L);
    float[] quartiles = elements <= SAMPLE ? values : sample(SampledPositions.draws(elements));
    float median = Quantiles.of(values, 0.5f);
    float first = Quantiles.of(quartiles, 0.25f);
    float third = Quantiles.of(quartiles, 0.75f);
    return rounding.apply(median + rounding.apply(1.5f * rounding.apply(third - first)));
  }

  /**
   * Importances of a random million of the elements, or of all.
   *
   * @param firstDraw where the random numbers begin; null for all elements
   */
  private float[] sample(@org.jspecify.annotations.Nullable Long firstDraw) {
    long[] bits;
    if (firstDraw == null) {
      bits = Selection.none(elements);
      Arrays.fill(bits, -1L);
    } else {
      bits = SampledPositions.draw(tensor.draws(), firstDraw, elements, SAMPLE, tensor.parallel());
    }
    int[] before = new int[bits.length + 1];
    for (int i = 0; i < bits.length; i++) {
      before[i + 1] = before[i] + Long.bitCount(bits[i]);
    }
    float[] sample = new float[(int) Math.min(elements, SAMPLE)];
    Pass.reduce(
        tensor,
        operands(),
        0,
        (in, sums, count, position, temporaries) -> {
          float[] importance = temporaries.get(0);
          of(in, importance, count, position);
          int word = (int) (position >>> 6);
          int next = before[word];
          for (int at = 0; at < count; at += 64) {
            long chosen = bits[word++];
            if (count - at < 64) {
              chosen &= (1L << count - at) - 1;
            }
            while (chosen != 0) {
              sample[next++] = importance[at + Long.numberOfTrailingZeros(chosen)];
              chosen &= chosen - 1;
            }
          }
        });
    return sample;
  }
}

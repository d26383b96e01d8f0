package io.ingot.merge.method;

import io.ingot.tensor.IntroSort;
import io.ingot.tensor.MersenneTwister;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.Scratch;
import java.util.List;

/**
 * Keeps an element with a probability between {@code density - epsilon} and {@code density +
 * epsilon} that grows with the rank of its magnitude within its row (DELLA's MagPrune, arXiv
 * 2406.11617). Ranks run along the second dimension, also of tensors of three; a vector is one row.
 */
final class MagnitudeDrop implements Sparsifier {
  @Override
  public List<Parameter> parameters() {
    return List.of(Parameter.ofModel("epsilon", 0.15, "half the spread of the probabilities"));
  }

  @Override
  public void check(TensorMerge tensor, Operand model) {
    double density = model.number("density");
    double epsilon = model.number("epsilon");
    if (density > 0 && density < 1 && (density + epsilon >= 1 || density - epsilon <= 0)) {
      throw tensor.fail(
          "density %s of %s with epsilon %s: density - epsilon must be above 0 and density + epsilon below 1"
              .formatted(density, model.model(), epsilon));
    }
  }

  @Override
  public long draws(TensorMerge tensor, Operand model) {
    double density = model.number("density");
    return density >= 1 || density <= 0 ? 0 : tensor.requireBase().elements();
  }

  @Override
  public double scratchBytes(TensorMerge tensor, Operand model) {
    return 0.125;
  }

  @Override
  public Selection select(TensorMerge tensor, TaskVector vector, boolean rescale, long firstDraw) {
    double density = vector.model().number("density");
    if (density >= 1) {
      return Selection.ALL;
    }
    long[] bits = Selection.none(vector.elements());
    if (density <= 0) {
      return new Selection(bits, null);
    }
    Rounding work = RandomDrop.work(vector.rounding());
    Rows rows = Rows.of(vector.base().shape());
    Probabilities probabilities =
        new Probabilities(density, vector.model().number("epsilon"), rows.length(), work);
    // A block holds whole groups of rows and begins on a word of the bits.
    int groups = (int) Math.clamp(Scratch.BLOCK / rows.groupElements(), 1, 1 << 20);
    int perBlock = rows.groupElements() % 64 == 0 ? groups : (groups + 63) / 64 * 64;
    tensor
        .parallel()
        .blocks(
            rows.groups(),
            perBlock,
            (index, begin, count) -> {
              long first = begin * rows.groupElements();
              MersenneTwister draws = tensor.draws().at(firstDraw + first);
              float[] delta = new float[Math.toIntExact(rows.groupElements())];
              long[] pairs = new long[rows.length()];
              int[] ranks = new int[delta.length];
              for (int g = 0; g < count; g++) {
                long at = first + g * rows.groupElements();
                difference(vector, at, delta);
                rank(rows, delta, pairs, ranks);
                for (int i = 0; i < delta.length; i++) {
                  if ((draws.next() & 0xFFFFFF) * 0x1p-24f < probabilities.of(ranks[i])) {
                    Selection.set(bits, at + i);
                  }
                }
              }
            });
    Selection kept = new Selection(bits, null);
    return rescale ? vector.rescaled(tensor, kept, work) : kept;
  }

  private static void difference(TaskVector vector, long position, float[] delta) {
    Scratch scratch = Scratch.local();
    float[] base = scratch.floats(0);
    float[] model = scratch.floats(1);
    for (int at = 0; at < delta.length; at += Scratch.CHUNK) {
      int count = Math.min(Scratch.CHUNK, delta.length - at);
      vector.base().read(position + at, base, count);
      vector.model().read(position + at, model, count);
      vector.subtract(model, base, count);
      System.arraycopy(model, 0, delta, at, count);
    }
  }

  private static void rank(Rows rows, float[] delta, long[] pairs, int[] ranks) {
    for (int column = 0; column < rows.stride(); column++) {
      for (int i = 0; i < rows.length(); i++) {
        int at = i * rows.stride() + column;
        pairs[i] = IntroSort.pair(TaskVector.key(delta[at]), at);
      }
      IntroSort.sort(pairs, rows.length());
      for (int i = 0; i < rows.length(); i++) {
        ranks[(int) pairs[i]] = i;
      }
    }
  }

  /**
   * A tensor as rows to be ranked.
   *
   * @param groups number of groups of interleaved rows
   * @param length elements of a row
   * @param stride distance of two neighbors in a row; also the number of rows in a group
   */
  private record Rows(long groups, int length, int stride) {
    static Rows of(List<Long> shape) {
      if (shape.size() < 2) {
        return new Rows(1, shape.isEmpty() ? 1 : Math.toIntExact(shape.getFirst()), 1);
      }
      long stride = shape.stream().skip(2).reduce(1L, Math::multiplyExact);
      return new Rows(shape.getFirst(), Math.toIntExact(shape.get(1)), Math.toIntExact(stride));
    }

    long groupElements() {
      return (long) length * stride;
    }
  }

  /** Probability by rank, every step rounded. */
  private static final class Probabilities {
    private final float[] byRank;

    Probabilities(double density, double epsilon, int length, Rounding work) {
      byRank = new float[length];
      float span = work.apply(value(length - 1, work) - value(0, work));
      for (int rank = 0; rank < length; rank++) {
        float share = work.apply(work.apply(value(rank, work) - value(0, work)) / span);
        float clamped = Math.clamp(share, 0f, 1f);
        float spread = work.apply(work.apply(clamped * 2) * (float) epsilon);
        byRank[rank] = work.apply(spread + work.apply(density - epsilon));
      }
    }

    private static float value(int rank, Rounding work) {
      return work.apply(work.apply((float) rank) + 1);
    }

    float of(int rank) {
      return byRank[rank];
    }
  }
}

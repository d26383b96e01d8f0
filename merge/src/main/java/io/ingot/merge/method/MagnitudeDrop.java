package io.ingot.merge.method;

import io.ingot.tensor.IntroSort;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.MersenneTwister;
import io.ingot.tensor.PackedSort;
import io.ingot.tensor.Parallel;
import io.ingot.tensor.Reductions;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.Scratch;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    // Interleaved rows, of fused experts say, are ranked with all of their group in memory.
    Rows rows = Rows.of(tensor.requireBase().shape());
    int together = (int) Math.min(rows.groups(), Runtime.getRuntime().availableProcessors());
    return rows.stride() == 1 ? 0 : 8.0 * together / rows.groups();
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
    int[] limits = limits(density, vector.model().number("epsilon"), rows.length(), work);
    // A block holds whole groups of rows and begins on a word of the bits.
    int groups = (int) Math.clamp(Scratch.BLOCK / rows.groupElements(), 1, 1 << 20);
    int perBlock = rows.groupElements() % 64 == 0 ? groups : (groups + 63) / 64 * 64;
    boolean packed =
        vector.rounding() == Rounding.BF16
            && rows.length() <= PackedSort.MOST
            && rows.stride() == 1;
    double[][] norms = new double[Parallel.count(rows.groups(), perBlock)][];
    tensor
        .parallel()
        .blocks(
            rows.groups(),
            perBlock,
            (index, begin, count) -> {
              long first = begin * rows.groupElements();
              Block block =
                  new Block(rows, limits, packed, tensor.draws().at(firstDraw + first), bits);
              for (int g = 0; g < count; g++) {
                block.select(vector, first + g * rows.groupElements());
              }
              norms[index] = block.norms;
            });
    Selection kept = new Selection(bits, null);
    return rescale ? vector.rescaled(kept, sum(norms), work) : kept;
  }

  private static double[] sum(double[][] norms) {
    double[] sum = new double[2];
    for (double[] block : norms) {
      sum[0] += block[0];
      sum[1] += block[1];
    }
    return sum;
  }

  /** One thread's work on some groups of rows, in order. */
  private static final class Block {
    private final Rows rows;
    private final int[] limits;
    private final MersenneTwister draws;
    private final long[] bits;
    private final float[] delta;
    private final int[] limitOf;
    private final @Nullable PackedSort sort;
    private final long[] pairs;
    private final double[] norms = new double[2];

    Block(Rows rows, int[] limits, boolean packed, MersenneTwister draws, long[] bits) {
      this.rows = rows;
      this.limits = limits;
      this.draws = draws;
      this.bits = bits;
      this.delta = new float[Math.toIntExact(rows.groupElements())];
      this.limitOf = new int[delta.length];
      this.sort = packed ? new PackedSort(rows.length()) : null;
      this.pairs = new long[packed ? 0 : rows.length()];
    }

    void select(TaskVector vector, long position) {
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
      if (sort != null) {
        rankPacked(sort);
      } else {
        rank();
      }
      draw(position, scratch);
    }

    /** Takes the limit of every element by the rank of its magnitude. */
    private void rankPacked(PackedSort sort) {
      int[] packed = sort.packed();
      Kernels.keys(delta, packed, delta.length, false);
      for (int i = 0; i < delta.length; i++) {
        packed[i] |= i;
      }
      sort.valuesOfRanks(delta.length, limits, limitOf);
    }

    private void rank() {
      for (int column = 0; column < rows.stride(); column++) {
        for (int i = 0; i < rows.length(); i++) {
          int at = i * rows.stride() + column;
          pairs[i] = IntroSort.pair(TaskVector.key(delta[at]), at);
        }
        IntroSort.sort(pairs, rows.length());
        for (int i = 0; i < rows.length(); i++) {
          limitOf[(int) pairs[i]] = limits[i];
        }
      }
    }

    /** Draws a number for every element; adds the norms of the whole and of what is kept. */
    private void draw(long position, Scratch scratch) {
      int[] numbers = scratch.ints();
      float[] chunk = scratch.floats(0);
      for (int at = 0; at < delta.length; at += Scratch.CHUNK) {
        int count = Math.min(Scratch.CHUNK, delta.length - at);
        draws.fill24(numbers, count);
        long first = position + at;
        if (first % 64 == 0) {
          Kernels.belowBits(numbers, 0, limitOf, at, count, bits, (int) (first >>> 6));
        } else {
          for (int i = 0; i < count; i++) {
            if (numbers[i] < limitOf[at + i]) {
              Selection.set(bits, first + i);
            }
          }
        }
        System.arraycopy(delta, at, chunk, 0, count);
        norms[0] += Reductions.absoluteSum(chunk, count);
        Kernels.maskBits(chunk, count, bits, first);
        norms[1] += Reductions.absoluteSum(chunk, count);
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

  /**
   * By rank, what a draw of 24 bits must be below for the element to stay: the probability, every
   * step of it rounded, times 2^24.
   */
  private static int[] limits(double density, double epsilon, int length, Rounding work) {
    int[] limits = new int[length];
    float span = work.apply(value(length - 1, work) - value(0, work));
    for (int rank = 0; rank < length; rank++) {
      float share = work.apply(work.apply(value(rank, work) - value(0, work)) / span);
      float clamped = Math.clamp(share, 0f, 1f);
      float spread = work.apply(work.apply(clamped * 2) * (float) epsilon);
      float probability = work.apply(spread + work.apply(density - epsilon));
      limits[rank] = (int) Math.ceil(probability * 0x1p24);
    }
    return limits;
  }

  private static float value(int rank, Rounding work) {
    return work.apply(work.apply((float) rank) + 1);
  }
}

package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.Scratch;
import io.ingot.tensor.SortReplay;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The first k elements of a task vector when it is sorted by magnitude, with exactly the ties that
 * torch's sort on CPUs takes. Counting finds the magnitude at position k in one or two passes; only
 * when some of its elements are in and some out, the sort is replayed.
 */
final class Magnitudes {
  private static final int BUCKETS = 1 << 16;

  /** Lower bits of a key, those that a bucket holds. */
  private static final int SHIFT = 15;

  /** Keys are 31 bits; a flipped key sorts the largest magnitudes first. */
  private static final int LARGEST = 0x7FFFFFFF;

  private final TensorMerge tensor;
  private final Values values;
  private final long elements;
  private final Rounding rounding;
  private final boolean descending;
  private final Choice choice;
  private long @Nullable [] coarse;

  /** Gives the numbers whose magnitudes are compared. */
  @FunctionalInterface
  interface Values {
    void read(long position, float[] out, int count);
  }

  /** Which of the standard library's algorithms decides between equal magnitudes. */
  enum Choice {
    /** {@code std::sort}, as torch.sort. */
    SORT,
    /** {@code std::partial_sort} or {@code std::nth_element}, as torch.topk. */
    TOP_K
  }

  Magnitudes(TensorMerge tensor, TaskVector vector, boolean descending) {
    this(
        tensor,
        (position, out, count) -> {
          float[] base = Scratch.local().floats(0);
          vector.base().read(position, base, count);
          vector.model().read(position, out, count);
          vector.subtract(out, base, count);
        },
        vector.elements(),
        vector.rounding(),
        descending,
        Choice.SORT);
  }

  Magnitudes(
      TensorMerge tensor,
      Values values,
      long elements,
      Rounding rounding,
      boolean descending,
      Choice choice) {
    this.tensor = tensor;
    this.values = values;
    this.elements = elements;
    this.rounding = rounding;
    this.descending = descending;
    this.choice = choice;
  }

  /** Takes the keys of a chunk. */
  @FunctionalInterface
  private interface Keys {
    void accept(int[] keys, int count, long position);
  }

  /** How many elements are not zero. */
  long notZero() {
    int zero = descending ? LARGEST : 0;
    int bucket = zero >>> SHIFT;
    return elements
        - (rounding == Rounding.BF16
            ? coarse()[bucket]
            : histogram(bucket)[zero & (1 << SHIFT) - 1]);
  }

  /** A bit for each of the first k elements. */
  long[] first(long k) {
    long[] bits = Selection.none(elements);
    if (k <= 0) {
      return bits;
    }
    if (k >= elements) {
      Arrays.fill(bits, -1L);
      return bits;
    }
    Cut cut = cut(k);
    if (cut.ties == k - cut.before) {
      forEach(
          (keys, count, position) ->
              Kernels.belowBits(keys, count, cut.key + 1, bits, (int) (position >>> 6)));
      return bits;
    }
    try (SortReplay replay = new SortReplay(elements, cut.key, tensor.spill())) {
      forEach(
          (keys, count, position) -> {
            Kernels.belowBits(keys, count, cut.key, bits, (int) (position >>> 6));
            replay.set(position, keys, count);
          });
      if (choice == Choice.SORT) {
        replay.first(k, index -> Selection.set(bits, index));
      } else {
        replay.top(k, index -> Selection.set(bits, index));
      }
    }
    return bits;
  }

  /**
   * Where the sorted vector is cut.
   *
   * @param key the last one that is in
   * @param before how many keys are smaller
   * @param ties how many are equal
   */
  private record Cut(int key, long before, long ties) {}

  private Cut cut(long k) {
    Cut coarse = bucket(coarse(), k, 0);
    if (rounding == Rounding.BF16) {
      // bfloat16 keys end in 16 zeros (flipped: ones), so every bucket of 15 bits holds one key.
      int bottom = coarse.key << SHIFT;
      int key = descending ? LARGEST - ((LARGEST - bottom) >>> 16 << 16) : bottom;
      return new Cut(key, coarse.before, coarse.ties);
    }
    Cut fine = bucket(histogram(coarse.key), k, coarse.before);
    return new Cut(coarse.key << SHIFT | fine.key, fine.before, fine.ties);
  }

  /** How many keys share their upper bits, counted once. */
  private long[] coarse() {
    long[] counted = coarse;
    if (counted == null) {
      counted = histogram(-1);
      coarse = counted;
    }
    return counted;
  }

  private static Cut bucket(long[] histogram, long k, long smaller) {
    long before = smaller;
    for (int i = 0; i < histogram.length; i++) {
      if (before + histogram[i] >= k) {
        return new Cut(i, before, histogram[i]);
      }
      before += histogram[i];
    }
    throw new IllegalStateException("position " + k + " is outside of the vector");
  }

  /**
   * Counts keys by their upper bits, or, within one bucket of those, by their lower bits.
   *
   * @param within the bucket, or -1
   */
  private long[] histogram(int within) {
    long[] total = new long[BUCKETS];
    int block =
        (int)
            Math.clamp(
                elements / (4L * tensor.parallel().threads()) + 1 >>> 12 << 12,
                Scratch.BLOCK,
                1 << 28);
    tensor
        .parallel()
        .blocks(
            elements,
            block,
            (index, begin, count) -> {
              int[] even = new int[BUCKETS];
              int[] odd = within < 0 ? new int[BUCKETS] : even;
              walk(
                  begin,
                  count,
                  (keys, chunk, position) -> {
                    if (within < 0) {
                      coarse(keys, chunk, even, odd);
                    } else {
                      fine(keys, chunk, within, even);
                    }
                  });
              synchronized (total) {
                for (int i = 0; i < BUCKETS; i++) {
                  total[i] += even[i] + (within < 0 ? odd[i] : 0);
                }
              }
            });
    return total;
  }

  /** Neighbors are often equal: two tables, so that no count waits for the one before it. */
  private static void coarse(int[] keys, int count, int[] even, int[] odd) {
    int i = 0;
    for (; i < count - 1; i += 2) {
      even[keys[i] >>> SHIFT]++;
      odd[keys[i + 1] >>> SHIFT]++;
    }
    if (i < count) {
      even[keys[i] >>> SHIFT]++;
    }
  }

  private static void fine(int[] keys, int count, int within, int[] counts) {
    for (int i = 0; i < count; i++) {
      if (keys[i] >>> SHIFT == within) {
        counts[keys[i] & (1 << SHIFT) - 1]++;
      }
    }
  }

  private void forEach(Keys keys) {
    tensor
        .parallel()
        .blocks(elements, Scratch.BLOCK, (index, begin, count) -> walk(begin, count, keys));
  }

  private void walk(long begin, int count, Keys sink) {
    Scratch scratch = Scratch.local();
    float[] delta = scratch.floats(1);
    int[] keys = scratch.ints();
    for (int at = 0; at < count; at += Scratch.CHUNK) {
      int chunk = Math.min(Scratch.CHUNK, count - at);
      values.read(begin + at, delta, chunk);
      Kernels.keys(delta, keys, chunk, descending);
      sink.accept(keys, chunk, begin + at);
    }
  }
}

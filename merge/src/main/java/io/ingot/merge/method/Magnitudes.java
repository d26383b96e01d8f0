package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.Scratch;
import io.ingot.tensor.SortReplay;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The first k elements of a task vector when it is sorted by magnitude, with exactly the ties that
 * torch's sort on CPUs takes. Counting finds the magnitude at position k in one or two passes; only
 * when some of its elements are in and some out, the sort is replayed.
 */
final class Magnitudes {
  private static final int BUCKETS = 1 << 16;

  /** Keys are 31 bits; a flipped key sorts the largest magnitudes first. */
  private static final int LARGEST = 0x7FFFFFFF;

  private final TensorMerge tensor;
  private final Values values;
  private final long elements;
  private final Rounding rounding;
  private final boolean descending;
  private final Choice choice;

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
    long[] before = new long[1];
    int tie = keyAt(k, before);
    AtomicLong ties = new AtomicLong();
    forEach(
        (keys, count, position) -> {
          int equal = Kernels.belowBits(keys, count, tie, bits, (int) (position >>> 6));
          ties.addAndGet(equal);
        });
    if (ties.get() == k - before[0]) {
      forEach(
          (keys, count, position) -> {
            for (int i = 0; i < count; i++) {
              if (keys[i] == tie) {
                Selection.set(bits, position + i);
              }
            }
          });
      return bits;
    }
    try (SortReplay replay = new SortReplay(elements, tie)) {
      forEach(
          (keys, count, position) -> {
            for (int i = 0; i < count; i++) {
              replay.set(position + i, keys[i]);
            }
          });
      if (choice == Choice.SORT) {
        replay.first(k, index -> Selection.set(bits, index));
      } else {
        replay.top(k, index -> Selection.set(bits, index));
      }
    }
    return bits;
  }

  /** The key at position k - 1 of the sorted vector; and how many keys are smaller. */
  private int keyAt(long k, long[] before) {
    boolean short16 = rounding == Rounding.BF16;
    int shift = 15;
    int bucket = bucket(histogram(-1, shift), k, before);
    if (short16 && !descending) {
      // bfloat16 keys end in 16 zeros, so every bucket of 15 bits holds one key.
      return bucket << shift;
    }
    if (short16) {
      return LARGEST - ((LARGEST - (bucket << shift)) >>> 16 << 16);
    }
    return bucket << shift | bucket(histogram(bucket, shift), k, before);
  }

  private static int bucket(long[] histogram, long k, long[] before) {
    for (int i = 0; i < histogram.length; i++) {
      if (before[0] + histogram[i] >= k) {
        return i;
      }
      before[0] += histogram[i];
    }
    throw new IllegalStateException("position " + k + " is outside of the vector");
  }

  /** Counts keys by their upper bits, or, within one bucket of those, by their lower bits. */
  private long[] histogram(int within, int shift) {
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
              int[] counts = new int[BUCKETS];
              walk(
                  begin,
                  count,
                  (keys, chunk, position) -> {
                    for (int i = 0; i < chunk; i++) {
                      int key = keys[i];
                      if (within < 0) {
                        counts[key >>> shift]++;
                      } else if (key >>> shift == within) {
                        counts[key & (1 << shift) - 1]++;
                      }
                    }
                  });
              synchronized (total) {
                for (int i = 0; i < BUCKETS; i++) {
                  total[i] += counts[i];
                }
              }
            });
    return total;
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

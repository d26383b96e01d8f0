package io.ingot.tensor;

import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link IntroSort} on numbers that hold a key of 15 bits above an index of 16, for those who want
 * of an element's rank only a value that equal ranks share. Ranges where all ranks have one value
 * are left as they are. What the reference does at the end, an insertion sort, is stable, so that
 * counting keys gives the same order. Not thread-safe.
 */
public final class PackedSort {
  /** Most elements. */
  public static final int MOST = 1 << 16;

  private static final int INDEX = MOST - 1;
  private static final int THRESHOLD = 16;
  private static final int WORD = 64;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

  private final int[] a;
  private final int[] counts = new int[1 << 15];
  private boolean vectors;

  /**
   * @param most elements of the longest row
   */
  public PackedSort(int most) {
    a = new int[most + WORD];
  }

  /**
   * The numbers to be sorted, to be filled from the start: {@code key << 16 | index}. They are
   * overwritten.
   */
  public int[] packed() {
    return a;
  }

  /**
   * Sorts {@code count} numbers, smallest key first, and puts at each number's index the value of
   * its rank.
   *
   * @param values by rank; equal ones are neighbors
   */
  public void valuesOfRanks(int count, int[] values, int[] out) {
    vectors = count >= Kernels.VECTOR_FROM;
    if (count > 1) {
      loop(0, count, 2 * (31 - Integer.numberOfLeadingZeros(count)), values);
    }
    int least = Integer.MAX_VALUE;
    int greatest = 0;
    for (int i = 0; i < count; i++) {
      least = Math.min(least, a[i]);
      greatest = Math.max(greatest, a[i]);
      counts[a[i] >>> 16]++;
    }
    int from = least >>> 16 & -16;
    int to = (greatest >>> 16 & -16) + 16;
    ranksOfKeys(from, to);
    for (int i = 0; i < count; i++) {
      out[a[i] & INDEX] = values[counts[a[i] >>> 16]++];
    }
    Arrays.fill(counts, from, to, 0);
  }

  /** Turns counts into the ranks of the first of each key; most keys do not occur. */
  private void ranksOfKeys(int from, int to) {
    int rank = 0;
    for (int group = from; group < to; group += 16) {
      int any = 0;
      for (int i = group; i < group + 16; i++) {
        any |= counts[i];
      }
      if (any == 0) {
        continue;
      }
      for (int i = group; i < group + 16; i++) {
        int own = counts[i];
        counts[i] = rank;
        rank += own;
      }
    }
  }

  private void loop(int begin, int end, int levels, int[] values) {
    int last = end;
    int depth = levels;
    while (last - begin > THRESHOLD && values[begin] != values[last - 1]) {
      if (depth-- == 0) {
        heapSort(begin, last);
        return;
      }
      int cut = partition(begin, last);
      loop(cut, last, depth, values);
      last = cut;
    }
  }

  /**
   * The partition of the reference, which swaps the k-th element from the left that is not below
   * the pivot with the k-th from the right that is not above it, as long as they have not met;
   * found 64 at a time, without a branch for each.
   */
  private int partition(int begin, int end) {
    medianToFirst(begin, begin + 1, begin + (end - begin) / 2, end - 1);
    int least = a[begin] & ~INDEX;
    int greatest = a[begin] | INDEX;
    int base = begin + 1;
    int n = end - base;
    int words = n + WORD - 1 >> 6;
    int leftWord = 0;
    int rightWord = words - 1;
    long left = notBelow(base, n, 0, least);
    long right = notAbove(base, n, rightWord, greatest);
    int met = n;
    while (true) {
      while (left == 0) {
        if (++leftWord == words) {
          return base + met;
        }
        left = notBelow(base, n, leftWord, least);
      }
      int i = leftWord * WORD + Long.numberOfTrailingZeros(left);
      while (right == 0) {
        if (--rightWord < 0) {
          return base + Math.min(i, met);
        }
        right = notAbove(base, n, rightWord, greatest);
      }
      int j = rightWord * WORD + 63 - Long.numberOfLeadingZeros(right);
      if (i >= j) {
        return base + Math.min(i, met);
      }
      int x = a[base + i];
      a[base + i] = a[base + j];
      a[base + j] = x;
      left &= left - 1;
      right ^= 1L << j;
      met = j;
    }
  }

  private long notBelow(int base, int n, int word, int least) {
    int at = base + word * WORD;
    long bits = 0;
    if (vectors) {
      for (int j = 0; j < WORD; j += I.length()) {
        bits |= IntVector.fromArray(I, a, at + j).compare(VectorOperators.GE, least).toLong() << j;
      }
    } else {
      for (int j = 0; j < WORD; j++) {
        bits |= (long) (least - 1 - a[at + j] >>> 31) << j;
      }
    }
    return within(bits, n, word);
  }

  private long notAbove(int base, int n, int word, int greatest) {
    int at = base + word * WORD;
    long bits = 0;
    if (vectors) {
      for (int j = 0; j < WORD; j += I.length()) {
        bits |=
            IntVector.fromArray(I, a, at + j).compare(VectorOperators.LE, greatest).toLong() << j;
      }
    } else {
      for (int j = 0; j < WORD; j++) {
        bits |= (long) (~(greatest - a[at + j]) >>> 31) << j;
      }
    }
    return within(bits, n, word);
  }

  private static long within(long bits, int n, int word) {
    int left = n - word * WORD;
    return left >= WORD ? bits : bits & (1L << left) - 1;
  }

  private void medianToFirst(int result, int x, int y, int z) {
    int p = a[x] >>> 16;
    int q = a[y] >>> 16;
    int r = a[z] >>> 16;
    int median;
    if (p < q) {
      median = q < r ? y : p < r ? z : x;
    } else {
      median = p < r ? x : q < r ? z : y;
    }
    int first = a[result];
    a[result] = a[median];
    a[median] = first;
  }

  private void heapSort(int first, int last) {
    int length = last - first;
    for (int parent = (length - 2) / 2; parent >= 0; parent--) {
      adjustHeap(first, parent, length, a[first + parent]);
    }
    for (int end = last - 1; end > first; end--) {
      int value = a[end];
      a[end] = a[first];
      adjustHeap(first, 0, end - first, value);
    }
  }

  private void adjustHeap(int first, int start, int length, int value) {
    int hole = start;
    int child = hole;
    while (child < (length - 1) / 2) {
      child = 2 * (child + 1);
      if (a[first + child] >>> 16 < a[first + child - 1] >>> 16) {
        child--;
      }
      a[first + hole] = a[first + child];
      hole = child;
    }
    if ((length & 1) == 0 && child == (length - 2) / 2) {
      child = 2 * (child + 1);
      a[first + hole] = a[first + child - 1];
      hole = child - 1;
    }
    int parent = (hole - 1) / 2;
    while (hole > start && a[first + parent] >>> 16 < value >>> 16) {
      a[first + hole] = a[first + parent];
      hole = parent;
      parent = (hole - 1) / 2;
    }
    a[first + hole] = value;
  }
}

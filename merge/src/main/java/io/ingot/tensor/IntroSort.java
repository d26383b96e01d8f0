package io.ingot.tensor;

/**
 * libstdc++'s {@code std::sort} to the letter, on pairs of a 31-bit key (upper half) and an index
 * (lower half) that are compared by the key alone. Not stable: the order of equal keys is that of
 * the reference, which is the point.
 */
public final class IntroSort {
  private static final int THRESHOLD = 16;

  private IntroSort() {}

  /** A pair. */
  public static long pair(int key, int index) {
    return (long) key << 32 | index;
  }

  /** Sorts the first {@code count} pairs, smallest key first. */
  public static void sort(long[] pairs, int count) {
    if (count < 2) {
      return;
    }
    loop(pairs, 0, count, 2 * (31 - Integer.numberOfLeadingZeros(count)));
    for (int i = 1; i < count; i++) {
      long pair = pairs[i];
      int key = (int) (pair >>> 32);
      int j = i;
      while (j > 0 && key < (int) (pairs[j - 1] >>> 32)) {
        pairs[j] = pairs[j - 1];
        j--;
      }
      pairs[j] = pair;
    }
  }

  private static void loop(long[] a, int begin, int end, int levels) {
    int last = end;
    int depth = levels;
    while (last - begin > THRESHOLD) {
      if (depth-- == 0) {
        heapSort(a, begin, last);
        return;
      }
      int cut = partition(a, begin, last);
      loop(a, cut, last, depth);
      last = cut;
    }
  }

  private static int partition(long[] a, int begin, int end) {
    medianToFirst(a, begin, begin + 1, begin + (end - begin) / 2, end - 1);
    int pivot = key(a, begin);
    int first = begin + 1;
    int last = end;
    while (true) {
      while (key(a, first) < pivot) {
        first++;
      }
      last--;
      while (pivot < key(a, last)) {
        last--;
      }
      if (first >= last) {
        return first;
      }
      swap(a, first, last);
      first++;
    }
  }

  private static void medianToFirst(long[] v, int result, int a, int b, int c) {
    int x = key(v, a);
    int y = key(v, b);
    int z = key(v, c);
    int median;
    if (x < y) {
      median = y < z ? b : x < z ? c : a;
    } else {
      median = x < z ? a : y < z ? c : b;
    }
    swap(v, result, median);
  }

  private static void heapSort(long[] a, int first, int last) {
    int length = last - first;
    for (int parent = (length - 2) / 2; parent >= 0; parent--) {
      adjustHeap(a, first, parent, length, a[first + parent]);
    }
    for (int end = last - 1; end > first; end--) {
      long value = a[end];
      a[end] = a[first];
      adjustHeap(a, first, 0, end - first, value);
    }
  }

  private static void adjustHeap(long[] a, int first, int start, int length, long value) {
    int hole = start;
    int child = hole;
    while (child < (length - 1) / 2) {
      child = 2 * (child + 1);
      if (key(a, first + child) < key(a, first + child - 1)) {
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
    int key = (int) (value >>> 32);
    int parent = (hole - 1) / 2;
    while (hole > start && key(a, first + parent) < key) {
      a[first + hole] = a[first + parent];
      hole = parent;
      parent = (hole - 1) / 2;
    }
    a[first + hole] = value;
  }

  private static int key(long[] a, int i) {
    return (int) (a[i] >>> 32);
  }

  private static void swap(long[] a, int i, int j) {
    long x = a[i];
    a[i] = a[j];
    a[j] = x;
  }
}

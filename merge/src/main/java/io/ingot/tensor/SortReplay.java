package io.ingot.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Which of several equal keys stand among the first k after libstdc++'s {@code std::sort}, which is
 * not stable and which torch uses on CPUs. Only the partition that holds position k is sorted; all
 * others are known to be in or out, so the work is linear in the number of elements.
 *
 * <p>A slot holds either a key (31 bits) or, when the key is the one value of interest, the sign
 * bit and the index of the element. Not thread-safe.
 */
public final class SortReplay implements AutoCloseable {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final int THRESHOLD = 16;

  private static final int WORD = 64;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment slots;
  private final long count;
  private final int tie;
  private final boolean vectors;

  /**
   * @param count number of elements, at most 2^31 - 1
   * @param tie the key whose elements are of interest
   * @param spill where the elements lie
   */
  public SortReplay(long count, int tie, Spill spill) {
    this.count = count;
    this.tie = tie;
    this.vectors = count >= Kernels.VECTOR_FROM;
    this.slots = spill.allocate(arena, (count + WORD) * 4);
  }

  /**
   * Sets the keys of elements from {@code position} on; may be called for different elements by
   * different threads.
   *
   * @param keys are overwritten
   */
  public void set(long position, int[] keys, int number) {
    Kernels.indexKeys(keys, number, tie, (int) position);
    MemorySegment.copy(keys, 0, slots, INT, position * 4, number);
  }

  /** Takes the index of an element. */
  @FunctionalInterface
  public interface Sink {
    void accept(int index);
  }

  /** Sorts as far as needed and tells every element of the tie that stands before position k. */
  public void first(long k, Sink sink) {
    long first = 0;
    long last = count;
    int depth = 2 * (63 - Long.numberOfLeadingZeros(Math.max(1, count)));
    while (last - first > THRESHOLD && k > first && k < last) {
      if (depth-- == 0) {
        heapSort(first, last);
        break;
      }
      long cut = partition(first, last);
      if (k >= cut) {
        first = cut;
      } else {
        last = cut;
      }
    }
    if (last - first <= THRESHOLD) {
      insertionSort(first, last);
    }
    tell(k, sink);
  }

  /**
   * Tells every element of the tie that torch.topk takes: {@code std::partial_sort} for small k,
   * {@code std::nth_element} otherwise.
   */
  public void top(long k, Sink sink) {
    if (k * 64 <= count) {
      heapSelect(0, k, count);
    } else {
      selectNth(k - 1);
    }
    tell(k, sink);
  }

  private void selectNth(long nth) {
    long first = 0;
    long last = count;
    int depth = 2 * (63 - Long.numberOfLeadingZeros(Math.max(1, count)));
    while (last - first > 3) {
      if (depth-- == 0) {
        heapSelect(first, nth + 1, last);
        swap(first, nth);
        return;
      }
      long cut = partition(first, last);
      if (cut <= nth) {
        first = cut;
      } else {
        last = cut;
      }
    }
    insertionSort(first, last);
  }

  private void heapSelect(long first, long middle, long last) {
    makeHeap(first, middle);
    for (long i = middle; i < last; i++) {
      if (key(i) < key(first)) {
        int value = slot(i);
        put(i, slot(first));
        adjustHeap(first, 0, middle - first, value);
      }
    }
  }

  private void makeHeap(long first, long last) {
    long length = last - first;
    for (long parent = (length - 2) / 2; length >= 2 && parent >= 0; parent--) {
      adjustHeap(first, parent, length, slot(first + parent));
    }
  }

  private void tell(long k, Sink sink) {
    int[] some = new int[Scratch.CHUNK];
    for (long at = 0; at < k; at += some.length) {
      int number = (int) Math.min(some.length, k - at);
      MemorySegment.copy(slots, INT, at * 4, some, 0, number);
      for (int i = 0; i < number; i++) {
        if (some[i] < 0) {
          sink.accept(some[i] & 0x7FFFFFFF);
        }
      }
    }
  }

  /**
   * The partition of the reference, which swaps the k-th element from the left that is not below
   * the pivot with the k-th from the right that is not above it, as long as they have not met;
   * found 64 at a time, without a branch for each.
   */
  private long partition(long begin, long end) {
    medianToFirst(begin, begin + 1, begin + (end - begin) / 2, end - 1);
    int pivot = key(begin);
    long base = begin + 1;
    long n = end - base;
    long words = n + WORD - 1 >> 6;
    long leftWord = 0;
    long rightWord = words - 1;
    long left = stops(base, n, 0, pivot, true);
    long right = stops(base, n, rightWord, pivot, false);
    long met = n;
    while (true) {
      while (left == 0) {
        if (++leftWord == words) {
          return base + met;
        }
        left = stops(base, n, leftWord, pivot, true);
      }
      long i = leftWord * WORD + Long.numberOfTrailingZeros(left);
      while (right == 0) {
        if (--rightWord < 0) {
          return base + Math.min(i, met);
        }
        right = stops(base, n, rightWord, pivot, false);
      }
      long j = rightWord * WORD + 63 - Long.numberOfLeadingZeros(right);
      if (i >= j) {
        return base + Math.min(i, met);
      }
      swap(base + i, base + j);
      left &= left - 1;
      right ^= 1L << j;
      met = j;
    }
  }

  /** A bit for each of 64 elements that is not below, or not above, the pivot. */
  private long stops(long base, long n, long word, int pivot, boolean notBelow) {
    long at = base + word * WORD;
    long bits = 0;
    if (vectors) {
      IntVector ties = IntVector.broadcast(I, tie);
      for (int j = 0; j < WORD; j += I.length()) {
        IntVector x = IntVector.fromMemorySegment(I, slots, (at + j) * 4, ByteOrder.nativeOrder());
        IntVector key = x.blend(ties, x.compare(VectorOperators.LT, 0));
        VectorMask<Integer> stop =
            notBelow
                ? key.compare(VectorOperators.GE, pivot)
                : key.compare(VectorOperators.LE, pivot);
        bits |= stop.toLong() << j;
      }
    } else {
      for (int j = 0; j < WORD; j++) {
        int key = key(at + j);
        bits |= (long) (~(notBelow ? key - pivot : pivot - key) >>> 31) << j;
      }
    }
    long left = n - word * WORD;
    return left >= WORD ? bits : bits & (1L << left) - 1;
  }

  private void medianToFirst(long result, long a, long b, long c) {
    int x = key(a);
    int y = key(b);
    int z = key(c);
    long median;
    if (x < y) {
      median = y < z ? b : x < z ? c : a;
    } else {
      median = x < z ? a : y < z ? c : b;
    }
    swap(result, median);
  }

  private void insertionSort(long first, long last) {
    for (long i = first + 1; i < last; i++) {
      int slot = slot(i);
      int key = keyOf(slot);
      long j = i;
      while (j > first && key < key(j - 1)) {
        put(j, slot(j - 1));
        j--;
      }
      put(j, slot);
    }
  }

  private void heapSort(long first, long last) {
    makeHeap(first, last);
    for (long end = last - 1; end > first; end--) {
      int value = slot(end);
      put(end, slot(first));
      adjustHeap(first, 0, end - first, value);
    }
  }

  private void adjustHeap(long first, long start, long length, int value) {
    long hole = start;
    long child = hole;
    while (child < (length - 1) / 2) {
      child = 2 * (child + 1);
      if (key(first + child) < key(first + child - 1)) {
        child--;
      }
      put(first + hole, slot(first + child));
      hole = child;
    }
    if ((length & 1) == 0 && child == (length - 2) / 2) {
      child = 2 * (child + 1);
      put(first + hole, slot(first + child - 1));
      hole = child - 1;
    }
    int key = keyOf(value);
    long parent = (hole - 1) / 2;
    while (hole > start && key(first + parent) < key) {
      put(first + hole, slot(first + parent));
      hole = parent;
      parent = (hole - 1) / 2;
    }
    put(first + hole, value);
  }

  private int key(long i) {
    return keyOf(slot(i));
  }

  private int keyOf(int slot) {
    return slot < 0 ? tie : slot;
  }

  private int slot(long i) {
    return slots.get(INT, i * 4);
  }

  private void put(long i, int slot) {
    slots.set(INT, i * 4, slot);
  }

  private void swap(long i, long j) {
    int slot = slot(i);
    put(i, slot(j));
    put(j, slot);
  }

  @Override
  public void close() {
    arena.close();
  }
}

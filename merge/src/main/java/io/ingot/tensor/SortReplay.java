package io.ingot.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

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

  /** Larger arrays lie in a mapped temporary file, so that they do not count as memory. */
  private static final long IN_MEMORY = 1L << 28;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment slots;
  private final long count;
  private final int tie;

  /**
   * @param count number of elements, at most 2^31 - 1
   * @param tie the key whose elements are of interest
   */
  public SortReplay(long count, int tie) {
    this.count = count;
    this.tie = tie;
    this.slots = count * 4 <= IN_MEMORY ? arena.allocate(count * 4, 64) : mapped(arena, count * 4);
  }

  private static MemorySegment mapped(Arena arena, long bytes) {
    try {
      Path file = Files.createTempFile("ingot-sort", ".tmp");
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return channel.map(MapMode.READ_WRITE, 0, bytes, arena);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no space for sorting a large tensor", e);
    }
  }

  /** Sets the key of an element; may be called for different elements by different threads. */
  public void set(long index, int key) {
    slots.set(INT, index * 4, key == tie ? 0x80000000 | (int) index : key);
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
    for (long i = 0; i < k; i++) {
      int slot = slot(i);
      if (slot < 0) {
        sink.accept(slot & 0x7FFFFFFF);
      }
    }
  }

  private long partition(long begin, long end) {
    medianToFirst(begin, begin + 1, begin + (end - begin) / 2, end - 1);
    int pivot = key(begin);
    long first = begin + 1;
    long last = end;
    while (true) {
      while (key(first) < pivot) {
        first++;
      }
      last--;
      while (pivot < key(last)) {
        last--;
      }
      if (first >= last) {
        return first;
      }
      swap(first, last);
      first++;
    }
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

package io.ingot.gguf;

/** Turns packed numbers around for big-endian files. */
final class ByteOrders {
  private ByteOrders() {}

  /** Reverses every group of {@code width} bytes in place. */
  static void swap(byte[] packed, int width) {
    swap(packed, 0, packed.length, width);
  }

  static void swap(byte[] packed, int from, int to, int width) {
    for (int at = from; at + width <= to; at += width) {
      for (int low = at, high = at + width - 1; low < high; low++, high--) {
        byte kept = packed[low];
        packed[low] = packed[high];
        packed[high] = kept;
      }
    }
  }
}

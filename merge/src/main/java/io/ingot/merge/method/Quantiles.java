package io.ingot.merge.method;

/** Elements of a sorted array, found by counting and without sorting it; NaN sorts last. */
final class Quantiles {
  private Quantiles() {}

  /** The element at {@code trunc(q * (n - 1))}, the index computed in float32. */
  static float of(float[] values, float q) {
    int index = (int) (q * (values.length - 1));
    int[] upper = new int[1 << 16];
    for (float value : values) {
      upper[key(value) >>> 16]++;
    }
    int high = 0;
    while (index >= upper[high]) {
      index -= upper[high++];
    }
    int[] lower = new int[1 << 16];
    for (float value : values) {
      int key = key(value);
      if (key >>> 16 == high) {
        lower[key & 0xFFFF]++;
      }
    }
    int low = 0;
    while (index >= lower[low]) {
      index -= lower[low++];
    }
    int key = high << 16 | low;
    return Float.intBitsToFloat(key < 0 ? key ^ 0x80000000 : ~key);
  }

  /** An unsigned number that orders like the value. */
  private static int key(float value) {
    int bits = Float.floatToIntBits(value);
    return bits < 0 ? ~bits : bits ^ 0x80000000;
  }
}

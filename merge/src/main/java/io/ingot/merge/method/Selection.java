package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * What a sparsifier keeps of a task vector.
 *
 * @param bits one bit per element, 64 to a long; null keeps all
 * @param factor to be multiplied with what is kept; null for none
 */
record Selection(long @Nullable [] bits, @Nullable Float factor) {
  static final Selection ALL = new Selection(null, null);

  /** {@code a[i] *= bit(position + i)}, so that a dropped negative value becomes -0. */
  void mask(float[] a, int count, long position) {
    long[] words = bits;
    if (words == null) {
      return;
    }
    Kernels.maskBits(a, count, words, position);
  }

  static long[] none(long elements) {
    return new long[Math.toIntExact((elements + 63) >>> 6)];
  }

  static void set(long[] bits, long index) {
    bits[(int) (index >>> 6)] |= 1L << index;
  }
}

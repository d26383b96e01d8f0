package io.ingot.merge.method;

import io.ingot.tensor.MersenneTwister;
import java.util.Arrays;

/**
 * The positions that the first steps of a Fisher-Yates shuffle bring to the front, as torch's
 * {@code randperm} makes them: step i swaps the elements at i and at i + draw mod (n - i). Only
 * what has been moved is kept, so that the memory does not grow with n.
 */
final class SampledPositions {
  private final int[] places;
  private final int[] elements;
  private final int mask;

  private SampledPositions(int steps) {
    int size = Integer.highestOneBit(steps) * 4;
    places = new int[size];
    elements = new int[size];
    mask = size - 1;
    Arrays.fill(places, -1);
  }

  /**
   * Draws {@code steps} of {@code n} positions.
   *
   * @param steps less than n
   * @return one bit for each position, 64 to a long
   */
  static long[] draw(MersenneTwister draws, long n, int steps) {
    SampledPositions moved = new SampledPositions(steps);
    long[] bits = Selection.none(n);
    for (int i = 0; i < steps; i++) {
      int other = i + (int) (Integer.toUnsignedLong(draws.next()) % (n - i));
      int own = moved.take(i);
      if (other == i) {
        Selection.set(bits, own);
      } else {
        Selection.set(bits, moved.replace(other, own));
      }
    }
    return bits;
  }

  /** What lies at a place that is not looked at again. */
  private int take(int place) {
    int slot = slot(place);
    return places[slot] == place ? elements[slot] : place;
  }

  /** Puts an element at a place; gives the one that lay there. */
  private int replace(int place, int element) {
    int slot = slot(place);
    int before = places[slot] == place ? elements[slot] : place;
    places[slot] = place;
    elements[slot] = element;
    return before;
  }

  private int slot(int place) {
    int slot = place * 0x9E3779B9 >>> 7 & mask;
    while (places[slot] != -1 && places[slot] != place) {
      slot = slot + 1 & mask;
    }
    return slot;
  }
}

package io.ingot.merge.method;

import io.ingot.tensor.DrawStream;
import io.ingot.tensor.MersenneTwister;
import io.ingot.tensor.Parallel;
import io.ingot.tensor.Scratch;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The positions that a random permutation brings to the front, as torch's {@code randperm} makes it
 * on CPUs. Up to about 215 million elements it is a Fisher-Yates shuffle, whose step i swaps the
 * elements at i and at i + draw mod (n - i); only what has been moved is kept, so that the memory
 * does not grow with n. From there on it is the inside-out shuffle with draws of 64 bits, whose
 * step i puts i at z = draw mod (i + 1) and what was at z at i.
 */
final class SampledPositions {
  /** {@code UINT32_MAX / 20}. */
  private static final long LARGE = 214_748_364L;

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

  /** Draws of 32 bits that a permutation takes. */
  static long draws(long n) {
    return n < LARGE ? n - 1 : 2 * n;
  }

  /**
   * Draws {@code steps} of {@code n} positions.
   *
   * @param first where the permutation begins in the stretch of draws
   * @param steps less than n
   * @return one bit for each position, 64 to a long
   */
  static long[] draw(DrawStream draws, long first, long n, int steps, Parallel parallel) {
    return n < LARGE
        ? shuffle(draws.at(first), n, steps)
        : shuffleInsideOut(draws, first, n, steps, parallel);
  }

  private static long[] shuffleInsideOut(
      DrawStream draws, long first, long n, int steps, Parallel parallel) {
    AtomicLongArray front = new AtomicLongArray(steps);
    MersenneTwister serial = draws.at(first);
    for (int i = 0; i < steps; i++) {
      int place = (int) Long.remainderUnsigned(next64(serial), i + 1L);
      front.set(i, front.get(place));
      front.set(place, i);
    }
    // Behind the front only what comes to it matters, and of several the last, which is the
    // largest.
    parallel.blocks(
        n - steps,
        Scratch.BLOCK / 2,
        (index, begin, count) -> {
          long from = steps + begin;
          MersenneTwister own = draws.at(first + 2 * from);
          for (long i = from; i < from + count; i++) {
            long place = Long.remainderUnsigned(next64(own), i + 1);
            if (place < steps) {
              front.accumulateAndGet((int) place, i, Math::max);
            }
          }
        });
    long[] bits = Selection.none(n);
    for (int i = 0; i < steps; i++) {
      Selection.set(bits, front.get(i));
    }
    return bits;
  }

  private static long next64(MersenneTwister draws) {
    long high = draws.next();
    return high << 32 | Integer.toUnsignedLong(draws.next());
  }

  private static long[] shuffle(MersenneTwister draws, long n, int steps) {
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

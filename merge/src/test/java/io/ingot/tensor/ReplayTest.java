package io.ingot.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The partial replay must agree with the whole sort, and the sort with the reference's order. */
class ReplayTest {
  @Test
  void replayTakesTheTiesOfTheWholeSort() {
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      int count = 1 + random.nextInt(round % 10 == 0 ? 5000 : 200);
      int values = 1 + random.nextInt(count);
      int[] keys = random.ints(count, 0, values).toArray();
      if (round % 7 == 0) {
        killer(keys);
      }
      long[] pairs = new long[count];
      for (int i = 0; i < count; i++) {
        pairs[i] = IntroSort.pair(keys[i], i);
      }
      IntroSort.sort(pairs, count);
      int k = 1 + random.nextInt(count);
      int tie = (int) (pairs[k - 1] >>> 32);
      TreeSet<Integer> wanted = new TreeSet<>();
      for (int i = 0; i < k; i++) {
        if ((int) (pairs[i] >>> 32) == tie) {
          wanted.add((int) pairs[i]);
        }
      }
      TreeSet<Integer> got = new TreeSet<>();
      try (SortReplay replay = new SortReplay(count, tie, new Spill(Path.of("")))) {
        replay.set(0, keys.clone(), count);
        replay.first(k, got::add);
      }
      assertThat(got).isEqualTo(wanted);
    }
  }

  @Test
  void packedSortGivesTheRanksOfTheWholeSort() {
    Random random = new Random(4);
    PackedSort sort = new PackedSort(5000);
    for (int round = 0; round < 200; round++) {
      int count = 1 + random.nextInt(round % 5 == 0 ? 5000 : 700);
      int range = 1 + random.nextInt(count);
      int[] keys = random.ints(count, 0, range).toArray();
      if (round % 7 == 0) {
        killer(keys);
        range = 2 * count;
      }
      int width = 1 + random.nextInt(40);
      int[] values = new int[count];
      long[] pairs = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] = i / width;
        sort.packed()[i] = keys[i] << 16 | i;
        pairs[i] = IntroSort.pair(keys[i], i);
      }
      IntroSort.sort(pairs, count);
      int[] got = new int[count];
      sort.valuesOfRanks(count, values, got);
      for (int rank = 0; rank < count; rank++) {
        assertThat(got[(int) pairs[rank]]).isEqualTo(values[rank]);
      }
    }
  }

  @Test
  void replayOfManyTiesTakesTheTiesOfTheWholeSort() {
    int count = 60_000;
    int[] keys = new Random(6).ints(count, 0, 40).toArray();
    long[] pairs = new long[count];
    for (int i = 0; i < count; i++) {
      pairs[i] = IntroSort.pair(keys[i], i);
    }
    IntroSort.sort(pairs, count);
    for (int k : new int[] {1, 20_000, 30_001, 59_999}) {
      int tie = (int) (pairs[k - 1] >>> 32);
      TreeSet<Integer> wanted = new TreeSet<>();
      for (int i = 0; i < k; i++) {
        if ((int) (pairs[i] >>> 32) == tie) {
          wanted.add((int) pairs[i]);
        }
      }
      TreeSet<Integer> got = new TreeSet<>();
      try (SortReplay replay = new SortReplay(count, tie, new Spill(Path.of("")))) {
        replay.set(0, keys.clone(), count);
        replay.first(k, got::add);
      }
      assertThat(got).isEqualTo(wanted);
    }
  }

  @Test
  void sortsLikeTheStandardLibrary() {
    // Order of std::sort (libstdc++) for keys i * 7 % 10 of 40 elements, compared by key only.
    int count = 40;
    long[] pairs = new long[count];
    for (int i = 0; i < count; i++) {
      pairs[i] = IntroSort.pair(i * 7 % 10, i);
    }
    IntroSort.sort(pairs, count);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = (int) pairs[i];
    }
    assertThat(order).containsExactly(ORDER_40);
  }

  /** Drives median-of-three quicksort to its depth limit, so that the heap sort is reached. */
  private static void killer(int[] keys) {
    int half = keys.length / 2;
    for (int i = 0; i < half; i++) {
      if (i % 2 == 0) {
        keys[i] = i + 1;
        if (i + 1 < half) {
          keys[i + 1] = half + i + 1;
        }
      }
      keys[half + i] = (i + 1) * 2;
    }
  }

  private static final int[] ORDER_40 = {
    0, 30, 10, 20, 3, 33, 23, 13, 36, 6, 26, 16, 39, 29, 19, 9, 32, 12, 22, 2, 15, 5, 35, 25, 38,
    28, 8, 18, 21, 11, 31, 1, 14, 34, 4, 24, 7, 27, 37, 17
  };
}

package io.ingot.train.data;

import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** How many rows of a fixed length best-fit-decreasing packing needs. */
final class BestFit {
  private BestFit() {}

  static long bins(List<Integer> lengths, int capacity) {
    TreeMap<Integer, Integer> free = new TreeMap<>();
    long bins = 0;
    for (int length : lengths.stream().sorted(Comparator.reverseOrder()).toList()) {
      Integer room = free.ceilingKey(length);
      if (room == null) {
        bins++;
        room = capacity;
      } else {
        free.merge(room, -1, (a, b) -> a + b == 0 ? null : a + b);
      }
      if (room > length) {
        free.merge(room - length, 1, Integer::sum);
      }
    }
    return bins;
  }
}

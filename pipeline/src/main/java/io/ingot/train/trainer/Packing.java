package io.ingot.train.trainer;

import io.ingot.train.TokenRow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Several rows in the place of one. No row sees another and positions restart, so that packing
 * changes which rows share a step, and nothing else.
 */
public final class Packing {
  private Packing() {}

  /**
   * Best fit decreasing, as TRL's {@code bfd}: the longest row first, each into the pack with the
   * least room that holds it; packs in order of creation.
   *
   * @param capacity tokens of a pack; no row may be longer
   */
  public static List<TokenBatch> bestFitDecreasing(List<TokenRow> rows, int capacity) {
    List<Integer> order =
        IntStream.range(0, rows.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> -rows.get(i).inputIds().length))
            .toList();
    List<List<TokenRow>> packs = new ArrayList<>();
    TreeMap<Integer, ArrayDeque<Integer>> byRoom = new TreeMap<>();
    for (int index : order) {
      TokenRow row = rows.get(index);
      int length = row.inputIds().length;
      Map.Entry<Integer, ArrayDeque<Integer>> fit = byRoom.ceilingEntry(length);
      int room = capacity;
      int pack = packs.size();
      if (fit == null) {
        packs.add(new ArrayList<>());
      } else {
        room = fit.getKey();
        pack = fit.getValue().removeFirst();
        if (fit.getValue().isEmpty()) {
          byRoom.remove(room);
        }
      }
      packs.get(pack).add(row);
      byRoom.computeIfAbsent(room - length, r -> new ArrayDeque<>()).addLast(pack);
    }
    return packs.stream().map(TokenBatch::new).toList();
  }
}

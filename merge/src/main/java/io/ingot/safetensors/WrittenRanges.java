package io.ingot.safetensors;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Which bytes of a file are written, and up to where it has no hole. Not thread-safe. */
final class WrittenRanges {
  /** What lies behind the first hole: where each run of bytes ends, by where it begins. */
  private final NavigableMap<Long, Long> islands = new TreeMap<>();

  private long end;

  /** Adds bytes that were not written before. */
  void add(long position, long length) {
    islands.put(position, position + length);
    for (Map.Entry<Long, Long> first = islands.firstEntry();
        first != null && first.getKey() <= end;
        first = islands.firstEntry()) {
      end = Math.max(end, first.getValue());
      islands.pollFirstEntry();
    }
  }

  /** Where the first hole begins. */
  long end() {
    return end;
  }
}

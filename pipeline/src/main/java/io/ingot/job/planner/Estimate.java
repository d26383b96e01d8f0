package io.ingot.job.planner;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * What a step will need, from headers and numbers alone. Bytes.
 *
 * @param terms what the memory is made of
 * @param disk bytes that the artifact takes
 * @param seconds of work, roughly; 0 where nothing can be said
 */
public record Estimate(SequencedMap<String, Long> terms, long disk, double seconds) {

  /** Memory in all. */
  public long memory() {
    return terms.values().stream().mapToLong(Long::longValue).sum();
  }

  /** For example {@code weights 16.1 GB, adapter 0.7 GB}, the greatest first. */
  String explained() {
    return terms.entrySet().stream()
        .filter(term -> term.getValue() > 0)
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .map(term -> term.getKey() + " " + bytes(term.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** A number of bytes for a person. */
  static String bytes(long bytes) {
    if (bytes < 1_000_000) {
      return String.format(Locale.ROOT, "%.0f kB", Math.ceil(bytes / 1e3));
    }
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}

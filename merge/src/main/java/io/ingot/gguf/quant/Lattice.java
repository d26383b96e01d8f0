package io.ingot.gguf.quant;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A set of points to which groups of values are rounded: 8 values of 2 bits, or 4 values of 3 bits.
 * Level l stands for 2l + 1. For a code that is no point, the points next to it are found when they
 * are first asked for. Thread-safe.
 */
final class Lattice {
  private static final Map<String, String> TABLES = load();

  static final Lattice IQ2_XXS = new Lattice("iq2_xxs", 8, 2);
  static final Lattice IQ2_XS = new Lattice("iq2_xs", 8, 2);
  static final Lattice IQ2_S = new Lattice("iq2_s", 8, 1);
  static final Lattice IQ1 = new Lattice("iq1", 8, 3);
  static final Lattice IQ3_XXS = new Lattice("iq3_xxs", 4, 2);
  static final Lattice IQ3_S = new Lattice("iq3_s", 4, 3);

  private final int dimension;
  private final int bits;
  private final int distances;
  private final byte[] levels;
  private final int[] index;
  private final AtomicReferenceArray<int[]> near;

  /**
   * @param distances how many different distances count as near
   */
  private Lattice(String name, int dimension, int distances) {
    this.dimension = dimension;
    this.bits = dimension == 8 ? 2 : 3;
    this.distances = distances;
    String table = Objects.requireNonNull(TABLES.get(name));
    int count = table.length() / 4;
    levels = new byte[count * dimension];
    index = new int[1 << bits * dimension];
    Arrays.fill(index, -1);
    near = new AtomicReferenceArray<>(index.length);
    for (int point = 0; point < count; point++) {
      int code = Integer.parseInt(table, 4 * point, 4 * point + 4, 16);
      index[code] = point;
      for (int i = 0; i < dimension; i++) {
        levels[point * dimension + i] = (byte) (code >> bits * i & (1 << bits) - 1);
      }
    }
  }

  private static Map<String, String> load() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(Lattice.class.getResourceAsStream("lattices.txt")),
                StandardCharsets.US_ASCII))) {
      Map<String, String> tables = new HashMap<>();
      in.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" "))
          .forEach(line -> tables.put(line[0], line[1]));
      return tables;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int dimension() {
    return dimension;
  }

  /** The largest level that a search rounds to, plus one. */
  int levels() {
    return dimension == 8 ? 3 : 8;
  }

  /** Level {@code i} of a point. */
  int level(int point, int i) {
    return levels[point * dimension + i];
  }

  /** The code of levels. */
  int code(byte[] of, int from) {
    int code = 0;
    for (int i = 0; i < dimension; i++) {
      code |= of[from + i] << bits * i;
    }
    return code;
  }

  /** The point of a code; -1 for a code that is none. */
  int point(int code) {
    return index[code];
  }

  /** Points near a code that is none, by distance and number. */
  int[] near(int code) {
    int[] known = near.get(code);
    if (known == null) {
      known = findNear(code);
      near.set(code, known);
    }
    return known;
  }

  private int[] findNear(int code) {
    int count = levels.length / dimension;
    // Distance above, number below: sorting sorts by both.
    long[] sorted = new long[count];
    for (int point = 0; point < count; point++) {
      int distance = 0;
      for (int i = 0; i < dimension; i++) {
        int step = 2 * (level(point, i) - (code >> bits * i & (1 << bits) - 1));
        distance += step * step;
      }
      sorted[point] = (long) distance << 32 | point;
    }
    Arrays.sort(sorted);
    int seen = 1;
    int end = 0;
    while (end < count) {
      if (end > 0 && sorted[end] >>> 32 > sorted[end - 1] >>> 32) {
        if (seen == distances) {
          break;
        }
        seen++;
      }
      end++;
    }
    int[] points = new int[end];
    for (int i = 0; i < end; i++) {
      points[i] = (int) sorted[i];
    }
    return points;
  }
}

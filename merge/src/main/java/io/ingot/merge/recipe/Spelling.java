package io.ingot.merge.recipe;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds what somebody meant. */
public final class Spelling {
  private Spelling() {}

  /** {@code ; did you mean 'x'?}, or the whole list when nothing is near. */
  public static String hint(String word, List<String> known) {
    return nearest(word, known)
        .map(n -> "; did you mean '" + n + "'?")
        .orElse("; known: " + String.join(", ", known));
  }

  /** The known word with the fewest edits, when those are at most a third of its letters. */
  public static Optional<String> nearest(String word, List<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(k -> distance(word, k)))
        .filter(k -> distance(word, k) <= Math.max(1, Math.max(word.length(), k.length()) / 3));
  }

  /** Letters to insert, delete or replace, and neighbors to swap. */
  private static int distance(String a, String b) {
    int[] before = new int[0];
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          current[j] = Math.min(current[j], before[j - 2] + 1);
        }
      }
      before = previous;
      previous = current;
    }
    return previous[b.length()];
  }
}

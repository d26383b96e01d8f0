package io.ingot.train.decoder;

import java.util.List;

/**
 * Rows of tokens laid end to end, without padding.
 *
 * @param ids tokens
 * @param rows the row of each token
 * @param positions the position of each token in its row
 * @param starts where each row begins
 * @param longest tokens of the longest row
 */
public record PackedRows(long[] ids, long[] rows, long[] positions, int[] starts, int longest) {
  /** Packs whole rows, in order; none may be empty. */
  public static PackedRows of(List<int[]> rows) {
    int total = rows.stream().mapToInt(r -> r.length).sum();
    long[] ids = new long[total];
    long[] row = new long[total];
    long[] positions = new long[total];
    int[] starts = new int[rows.size()];
    int longest = 0;
    int at = 0;
    for (int r = 0; r < rows.size(); r++) {
      int[] tokens = rows.get(r);
      starts[r] = at;
      longest = Math.max(longest, tokens.length);
      for (int i = 0; i < tokens.length; i++, at++) {
        ids[at] = tokens[i];
        row[at] = r;
        positions[at] = i;
      }
    }
    return new PackedRows(ids, row, positions, starts, longest);
  }

  /** Number of rows. */
  public int count() {
    return starts.length;
  }

  /** Number of tokens. */
  public int tokens() {
    return ids.length;
  }
}

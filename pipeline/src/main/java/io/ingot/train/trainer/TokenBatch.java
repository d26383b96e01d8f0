package io.ingot.train.trainer;

import io.ingot.train.TokenRow;
import io.ingot.train.decoder.PackedRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows that go through the model together; no row sees another.
 *
 * @param rows at least one
 */
public record TokenBatch(List<TokenRow> rows) {
  public TokenBatch {
    rows = List.copyOf(rows);
  }

  static TokenBatch join(List<TokenBatch> batches) {
    List<TokenRow> rows = new ArrayList<>();
    batches.forEach(b -> rows.addAll(b.rows()));
    return new TokenBatch(rows);
  }

  PackedRows packed() {
    return PackedRows.of(rows.stream().map(TokenRow::inputIds).toList());
  }

  /** Number of tokens. */
  public long tokens() {
    return rows.stream().mapToLong(r -> r.inputIds().length).sum();
  }

  /** Number of labels that a token before them predicts. */
  public long trained() {
    return rows.stream().mapToLong(TokenBatch::trained).sum();
  }

  private static long trained(TokenRow row) {
    return Arrays.stream(row.labels()).skip(1).filter(l -> l != TokenRow.IGNORED).count();
  }

  /** Packed places of the tokens that predict a trained label. */
  long[] places() {
    return walk(true);
  }

  /** The labels that they should predict. */
  long[] targets() {
    return walk(false);
  }

  private long[] walk(boolean places) {
    long[] values = new long[Math.toIntExact(trained())];
    int n = 0;
    int start = 0;
    for (TokenRow row : rows) {
      int[] labels = row.labels();
      int[] trained =
          IntStream.range(1, labels.length).filter(i -> labels[i] != TokenRow.IGNORED).toArray();
      for (int i : trained) {
        values[n++] = places ? start + i - 1 : labels[i];
      }
      start += labels.length;
    }
    return values;
  }
}

package io.ingot.train.data;

import java.util.Arrays;

/**
 * Figures of a dataset before it is trained on.
 *
 * @param read rows in the file
 * @param kept rows that are trained on
 * @param dropped rows left out for their length, or because nothing of them would be trained
 * @param truncated rows whose end was cut off
 * @param tokens tokens of the kept rows
 * @param trained tokens of them that are trained
 * @param longest length of the longest row of the file
 * @param length95 length that 95 % of the file's rows do not exceed
 * @param length99 length that 99 % of the file's rows do not exceed
 * @param packingEfficiency share of non-padding when kept rows are packed into the maximal length;
 *     NaN without such a length
 */
public record DatasetStatistics(
    int read,
    int kept,
    int dropped,
    int truncated,
    long tokens,
    long trained,
    int longest,
    int length95,
    int length99,
    double packingEfficiency) {
  /** Share of the tokens that are not trained. */
  public double maskedShare() {
    return tokens == 0 ? 0 : 1 - (double) trained / tokens;
  }

  /** Share of the rows that lost their end. */
  public double truncatedShare() {
    return read == 0 ? 0 : (double) truncated / read;
  }

  /** Lengths in the file, in any order. */
  static int quantile(int[] lengths, double share) {
    if (lengths.length == 0) {
      return 0;
    }
    int[] sorted = lengths.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.min(sorted.length - 1L, (long) Math.ceil(share * sorted.length) - 1)];
  }
}

package io.ingot.train;

/**
 * One row as the trainer is fed.
 *
 * @param labels labels[i] belongs to inputIds[i], not shifted; -100 is not trained
 */
public record TokenRow(int[] inputIds, int[] labels) {
  /** The label of a token that is not trained. */
  public static final int IGNORED = -100;
}

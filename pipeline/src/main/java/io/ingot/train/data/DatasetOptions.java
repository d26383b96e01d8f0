package io.ingot.train.data;

import java.util.Optional;

/**
 * How a dataset file becomes rows.
 *
 * @param lossOn empty for the default of the format
 * @param maxLength longest row in tokens; 0 for no limit
 */
public record DatasetOptions(
    RowFormat format, Optional<LossOn> lossOn, int maxLength, TooLong tooLong) {
  /** All of a file, trained as its format says. */
  public static DatasetOptions of(RowFormat format) {
    return new DatasetOptions(format, Optional.empty(), 0, TooLong.DROP);
  }

  public LossOn loss() {
    return lossOn.orElseGet(format::defaultLoss);
  }
}

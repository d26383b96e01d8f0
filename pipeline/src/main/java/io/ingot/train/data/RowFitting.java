package io.ingot.train.data;

import io.ingot.error.IngotException;
import io.ingot.train.TokenRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Brings rows to the maximal length, leaves out those with nothing to train, and counts. */
final class RowFitting {
  private static final double MANY = 0.05;

  private final DatasetOptions options;
  private final Path file;
  private final List<TokenRow> rows = new ArrayList<>();
  private final List<String> places = new ArrayList<>();
  private final List<Integer> lengths = new ArrayList<>();
  private final List<String> untrained = new ArrayList<>();
  private final List<String> promptTooLong = new ArrayList<>();
  private int tooLong;
  private int truncated;

  RowFitting(DatasetOptions options, Path file) {
    this.options = options;
    this.file = file;
  }

  void add(TokenRow row, String place) {
    int length = row.inputIds().length;
    lengths.add(length);
    if (trained(row) == 0) {
      untrained.add(place);
      if (!asIs()) {
        return;
      }
    }
    TokenRow fitting = row;
    if (options.maxLength() > 0 && length > options.maxLength()) {
      switch (options.tooLong()) {
        case FAIL ->
            throw IngotException.invalid(
                place
                    + ": the row has "
                    + length
                    + " tokens; max_length is "
                    + options.maxLength()
                    + ". Raise it, or set too_long to drop or truncate");
        case DROP -> {
          tooLong++;
          return;
        }
        case TRUNCATE -> {
          fitting =
              new TokenRow(
                  Arrays.copyOf(row.inputIds(), options.maxLength()),
                  Arrays.copyOf(row.labels(), options.maxLength()));
          if (trained(fitting) == 0) {
            promptTooLong.add(place);
            return;
          }
          truncated++;
        }
      }
    }
    rows.add(fitting);
    places.add(place);
  }

  /** Rows of tokens are used as they are: leaving one out would shift all batches after it. */
  private boolean asIs() {
    return options.format() == RowFormat.TOKENS;
  }

  private static int trained(TokenRow row) {
    int count = 0;
    for (int label : row.labels()) {
      count += label == TokenRow.IGNORED ? 0 : 1;
    }
    return count;
  }

  /**
   * The rows that are left.
   *
   * @throws IngotException when there is none, saying why
   */
  Dataset finish() {
    if (rows.stream().allMatch(row -> trained(row) == 0)) {
      throw nothingLeft();
    }
    int[] all = lengths.stream().mapToInt(Integer::intValue).toArray();
    long tokens = rows.stream().mapToLong(r -> r.inputIds().length).sum();
    long trained = rows.stream().mapToLong(RowFitting::trained).sum();
    DatasetStatistics statistics =
        new DatasetStatistics(
            all.length,
            rows.size(),
            all.length - rows.size(),
            truncated,
            tokens,
            trained,
            DatasetStatistics.quantile(all, 1),
            DatasetStatistics.quantile(all, 0.95),
            DatasetStatistics.quantile(all, 0.99),
            packing(tokens));
    return new Dataset(List.copyOf(rows), List.copyOf(places), statistics, warnings(statistics));
  }

  private double packing(long tokens) {
    if (options.maxLength() == 0) {
      return Double.NaN;
    }
    long bins =
        BestFit.bins(rows.stream().map(r -> r.inputIds().length).toList(), options.maxLength());
    return (double) tokens / (bins * options.maxLength());
  }

  private IngotException nothingLeft() {
    if (!promptTooLong.isEmpty() || tooLong > 0) {
      return IngotException.invalid(
          file
              + ": no row is left: "
              + (promptTooLong.isEmpty()
                  ? "all rows are longer than max_length "
                  : "the prompt alone is longer than max_length ")
              + options.maxLength()
              + (promptTooLong.isEmpty() ? "" : " (first: " + promptTooLong.getFirst() + ")")
              + "; 95 % of the rows need "
              + DatasetStatistics.quantile(
                  lengths.stream().mapToInt(Integer::intValue).toArray(), 0.95)
              + " tokens, all need "
              + lengths.stream().mapToInt(Integer::intValue).max().orElse(0)
              + ". Raise max_length"
              + (options.tooLong() == TooLong.DROP ? ", or set too_long: truncate" : ""));
    }
    return IngotException.invalid(
        file
            + ": all labels are masked: loss_on "
            + options.loss().name().toLowerCase(Locale.ROOT)
            + " trains no token of any row (first: "
            + untrained.getFirst()
            + "). Look at the rows with 'ingot data inspect', check the roles, or set loss_on: all");
  }

  private List<String> warnings(DatasetStatistics s) {
    List<String> warnings = new ArrayList<>();
    if (!untrained.isEmpty()) {
      warnings.add(
          untrained.size()
              + " rows have nothing to train"
              + (asIs() ? "" : " and were left out")
              + " (first: "
              + untrained.getFirst()
              + ")");
    }
    if (!promptTooLong.isEmpty()) {
      warnings.add(
          promptTooLong.size()
              + " rows have a prompt longer than max_length "
              + options.maxLength()
              + " and were left out (first: "
              + promptTooLong.getFirst()
              + ")");
    }
    if (tooLong + truncated > MANY * s.read()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%d of %d rows are longer than max_length %d and were %s; 95 %% of the rows need %d"
                  + " tokens, 99 %% need %d, all need %d",
              tooLong + truncated,
              s.read(),
              options.maxLength(),
              tooLong > 0 ? "left out" : "cut",
              s.length95(),
              s.length99(),
              s.longest()));
    }
    return warnings;
  }
}

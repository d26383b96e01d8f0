package io.ingot.merge.tokenizer;

import io.ingot.merge.method.Operand;
import io.ingot.tensor.Rounding;
import java.util.List;

/**
 * Where the row of a token comes from: the mean of rows of other models, in the dtype of the taker.
 *
 * @param parts none: zeros
 */
record Donation(List<Part> parts) {
  static final Donation ZERO = new Donation(List.of());

  /** A row of a model's embedding. */
  record Part(Operand operand, int row) {}

  /** The row, of as many elements as {@code row} has. */
  void fill(float[] row, Rounding rounding) {
    java.util.Arrays.fill(row, 0);
    float[] part = new float[row.length];
    boolean first = true;
    for (Part source : parts) {
      source.operand().data().open();
      source.operand().read((long) source.row() * row.length, part, row.length);
      for (int i = 0; i < row.length; i++) {
        row[i] = first ? part[i] : rounding.apply(row[i] + part[i]);
      }
      first = false;
    }
    if (parts.size() > 1) {
      for (int i = 0; i < row.length; i++) {
        row[i] = rounding.apply(row[i] / parts.size());
      }
    }
  }
}

package io.ingot.merge.tokenizer;

import io.ingot.merge.method.Operand;
import io.ingot.merge.method.TensorData;
import io.ingot.tensor.DType;
import io.ingot.tensor.Rounding;
import java.util.Arrays;
import java.util.List;

/**
 * An embedding with its rows in another order, with rows from elsewhere, and padded by its mean. A
 * view: no row but the mean is kept. Safe for concurrent reads between open and close.
 */
final class EmbeddingTable implements TensorData {
  /** Marks a row that is the mean of all others. */
  static final int PADDING = -1;

  private static final int FIRST_GIVEN = -2;

  private final Operand whole;
  private final int[] own;
  private final Donations given;
  private final boolean accountable;
  private final int columns;
  private float[] mean = new float[0];

  /**
   * @param own for each row of the result the row of the operand, {@link #PADDING} or a {@link
   *     #given mark}
   * @param given what the marks count, for all tables of a tensor
   * @param accountable whether this is the table that counts the memory of the donations
   */
  EmbeddingTable(Operand whole, int[] own, Donations given, boolean accountable) {
    this.whole = whole;
    this.own = own;
    this.given = given;
    this.accountable = accountable;
    this.columns = columns(whole);
  }

  /** The mark of a row that is the donation at this place. */
  static int given(int donation) {
    return FIRST_GIVEN - donation;
  }

  static int columns(Operand embedding) {
    List<Long> shape = embedding.shape();
    return Math.toIntExact(shape.size() == 2 ? shape.get(1) : 1);
  }

  @Override
  public DType dtype() {
    return whole.dtype();
  }

  @Override
  public List<Long> shape() {
    return List.of((long) own.length, (long) columns);
  }

  @Override
  public void open() {
    whole.data().open();
    given.open();
    if (mean.length == 0 && padded()) {
      mean = mean(Rounding.of(whole.dtype()));
    }
  }

  private boolean padded() {
    return Arrays.stream(own).anyMatch(o -> o == PADDING);
  }

  private float[] mean(Rounding rounding) {
    double[] sums = new double[columns];
    float[] row = new float[columns];
    int rows = 0;
    for (int i = 0; i < own.length; i++) {
      if (own[i] != PADDING) {
        row(i, row);
        for (int c = 0; c < columns; c++) {
          sums[c] += row[c];
        }
        rows++;
      }
    }
    float[] average = new float[columns];
    for (int c = 0; c < columns; c++) {
      average[c] = rounding.apply((float) sums[c] / rows);
    }
    return average;
  }

  private void row(int index, float[] out) {
    read((long) index * columns, out, 0, columns);
  }

  @Override
  public void read(long position, float[] out, int offset, int count) {
    Rounding rounding = Rounding.of(whole.dtype());
    int done = 0;
    while (done < count) {
      long at = position + done;
      int row = (int) (at / columns);
      int column = (int) (at % columns);
      int run = Math.min(count - done, columns - column);
      int source = own[row];
      if (source >= 0) {
        Donation.read(whole, (long) source * columns + column, out, offset + done, run);
      } else if (source == PADDING) {
        System.arraycopy(mean, column, out, offset + done, run);
      } else {
        Donation donation = given.rows().get(FIRST_GIVEN - source);
        donation.read(columns, column, out, offset + done, run, rounding);
      }
      done += run;
    }
  }

  @Override
  public long heldBytes() {
    return whole.data().heldBytes()
        + 4L * own.length
        + 4L * columns
        + (accountable ? given.heldBytes() : 0);
  }

  @Override
  public void close() {
    whole.data().close();
    given.close();
  }
}

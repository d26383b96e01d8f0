package io.ingot.merge.tokenizer;

import io.ingot.merge.method.Operand;
import io.ingot.merge.method.TensorData;
import io.ingot.tensor.DType;
import io.ingot.tensor.Rounding;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An embedding with its rows in another order, with rows from elsewhere, and padded by its mean.
 */
final class EmbeddingTable implements TensorData {
  /** Marks a row that comes from a donation. */
  static final int GIVEN = -1;

  /** Marks a row that is the mean of all others. */
  static final int PADDING = -2;

  private final Operand whole;
  private final int[] own;
  private final Map<Integer, Donation> given;
  private final int columns;
  private final Map<Integer, float[]> made = new HashMap<>();
  private float[] mean = new float[0];

  /**
   * @param own for each row of the result the row of the operand, or one of the marks
   * @param given donations by row of the result
   */
  EmbeddingTable(Operand whole, int[] own, Map<Integer, Donation> given) {
    this.whole = whole;
    this.own = own;
    this.given = given;
    this.columns = Math.toIntExact(whole.shape().size() == 2 ? whole.shape().get(1) : 1);
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
    Rounding rounding = Rounding.of(whole.dtype());
    given.forEach(
        (row, donation) -> {
          float[] values = new float[columns];
          donation.fill(values, rounding);
          made.put(row, values);
        });
    if (java.util.Arrays.stream(own).anyMatch(o -> o == PADDING)) {
      mean = mean(rounding);
    }
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
    int done = 0;
    while (done < count) {
      long at = position + done;
      int row = (int) (at / columns);
      int column = (int) (at % columns);
      int run = Math.min(count - done, columns - column);
      int source = own[row];
      if (source >= 0) {
        readOwn((long) source * columns + column, out, offset + done, run);
      } else {
        float[] values = source == PADDING ? mean : made.get(row);
        System.arraycopy(java.util.Objects.requireNonNull(values), column, out, offset + done, run);
      }
      done += run;
    }
  }

  /** Elements of the operand, cast to the dtype of the arithmetic. */
  private void readOwn(long position, float[] out, int offset, int count) {
    whole.data().read(position, out, offset, count);
    if (whole.data().dtype() != whole.dtype()) {
      Rounding rounding = Rounding.of(whole.dtype());
      for (int i = 0; i < count; i++) {
        out[offset + i] = rounding.apply(out[offset + i]);
      }
    }
  }

  @Override
  public long heldBytes() {
    return whole.data().heldBytes() + 4L * own.length + 4L * columns * given.size();
  }

  @Override
  public void close() {
    whole.data().close();
    made.clear();
  }
}

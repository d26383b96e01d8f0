package io.ingot.merge.tokenizer;

import io.ingot.merge.method.Operand;
import io.ingot.tensor.Rounding;
import java.util.Arrays;
import java.util.List;

/**
 * Where the row of a token comes from: the mean of rows of other models, in the dtype of the taker.
 * Rows are added one by one and rounded each time, then divided.
 *
 * @param parts none: zeros
 */
record Donation(List<Part> parts) {
  static final Donation ZERO = new Donation(List.of());

  private static final int CHUNK = 4096;
  private static final ThreadLocal<float[]> TERM = ThreadLocal.withInitial(() -> new float[CHUNK]);

  /** A row of a model's embedding. */
  record Part(Operand operand, int row) {}

  /**
   * Reads elements {@code [column, column + count)} of the row. The operands are open.
   *
   * @param columns elements of a whole row
   * @param rounding to the dtype of the taker
   */
  void read(int columns, int column, float[] out, int offset, int count, Rounding rounding) {
    if (parts.isEmpty()) {
      Arrays.fill(out, offset, offset + count, 0);
      return;
    }
    read(parts.getFirst(), columns, column, out, offset, count);
    if (parts.size() > 1) {
      float[] term = TERM.get();
      for (int done = 0; done < count; done += CHUNK) {
        int run = Math.min(CHUNK, count - done);
        for (Part part : parts.subList(1, parts.size())) {
          read(part, columns, column + done, term, 0, run);
          for (int i = 0; i < run; i++) {
            int at = offset + done + i;
            out[at] = rounding.apply(out[at] + term[i]);
          }
        }
      }
      for (int i = offset; i < offset + count; i++) {
        out[i] = rounding.apply(out[i] / parts.size());
      }
    }
  }

  private static void read(Part part, int columns, int column, float[] out, int offset, int count) {
    read(part.operand(), (long) part.row() * columns + column, out, offset, count);
  }

  /** Elements of an operand, cast to the dtype of the arithmetic. */
  static void read(Operand operand, long position, float[] out, int offset, int count) {
    operand.data().read(position, out, offset, count);
    if (operand.data().dtype() != operand.dtype()) {
      Rounding rounding = Rounding.of(operand.dtype());
      for (int i = offset; i < offset + count; i++) {
        out[i] = rounding.apply(out[i]);
      }
    }
  }
}

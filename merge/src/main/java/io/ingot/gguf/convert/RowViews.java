package io.ingot.gguf.convert;

import io.ingot.gguf.FloatRows;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** Rearranged tensors: nothing is copied before it is read. */
final class RowViews {
  private RowViews() {}

  /** Row {@code r} is row {@code source(r)} of another tensor. */
  record Reordered(FloatRows of, long rows, LongUnaryOperator source) implements FloatRows {
    @Override
    public int columns() {
      return of.columns();
    }

    @Override
    public void read(long first, int count, float[] into) {
      int columns = columns();
      float[] row = new float[columns];
      for (int i = 0; i < count; i++) {
        of.read(source.applyAsLong(first + i), 1, row);
        System.arraycopy(row, 0, into, i * columns, columns);
      }
    }
  }

  /** The rows of several tensors one after the other. */
  record Stacked(List<FloatRows> parts) implements FloatRows {
    @Override
    public int columns() {
      return parts.getFirst().columns();
    }

    @Override
    public long rows() {
      return parts.stream().mapToLong(FloatRows::rows).sum();
    }

    @Override
    public void read(long first, int count, float[] into) {
      int columns = columns();
      long begin = 0;
      for (FloatRows part : parts) {
        long end = begin + part.rows();
        long from = Math.max(first, begin);
        long to = Math.min(first + count, end);
        if (from < to) {
          float[] rows = new float[(int) (to - from) * columns];
          part.read(from - begin, (int) (to - from), rows);
          System.arraycopy(rows, 0, into, (int) (from - first) * columns, rows.length);
        }
        begin = end;
      }
    }
  }

  /** The same values in the same order with another row length. */
  record Reshaped(FloatRows of, int columns) implements FloatRows {
    @Override
    public long rows() {
      return of.rows() * of.columns() / columns;
    }

    @Override
    public void read(long first, int count, float[] into) {
      long from = first * columns;
      long to = from + (long) count * columns;
      int width = of.columns();
      long firstRow = from / width;
      int rows = (int) (Math.ceilDiv(to, (long) width) - firstRow);
      if (from % width == 0 && to % width == 0) {
        of.read(firstRow, rows, into);
        return;
      }
      float[] whole = new float[rows * width];
      of.read(firstRow, rows, whole);
      System.arraycopy(whole, (int) (from - firstRow * width), into, 0, (int) (to - from));
    }
  }

  /** Every value plus one; half-precision tensors are rounded again. */
  record PlusOne(FloatRows of, boolean half) implements FloatRows {
    @Override
    public int columns() {
      return of.columns();
    }

    @Override
    public long rows() {
      return of.rows();
    }

    @Override
    public void read(long first, int count, float[] into) {
      of.read(first, count, into);
      for (int i = 0; i < count * columns(); i++) {
        float sum = into[i] + 1;
        into[i] = half ? Float.float16ToFloat(Float.floatToFloat16(sum)) : sum;
      }
    }
  }

  /** Values that are computed, not stored. */
  record Constant(float[] values) implements FloatRows {
    @Override
    public int columns() {
      return values.length;
    }

    @Override
    public long rows() {
      return 1;
    }

    @Override
    public void read(long first, int count, float[] into) {
      System.arraycopy(values, 0, into, 0, values.length);
    }
  }

  /** Every block of {@code height} rows transposed. */
  record Transposed(FloatRows of, int height) implements FloatRows {
    @Override
    public int columns() {
      return height;
    }

    @Override
    public long rows() {
      return of.rows() / height * of.columns();
    }

    @Override
    public void read(long first, int count, float[] into) {
      int width = of.columns();
      float[] block = new float[height * width];
      long loaded = -1;
      for (int i = 0; i < count; i++) {
        long number = (first + i) / width;
        if (number != loaded) {
          of.read(number * height, height, block);
          loaded = number;
        }
        int column = (int) ((first + i) % width);
        for (int j = 0; j < height; j++) {
          into[i * height + j] = block[j * width + column];
        }
      }
    }
  }

  static FloatRows slice(FloatRows of, long from, long rows) {
    return new Reordered(of, rows, row -> row + from);
  }
}

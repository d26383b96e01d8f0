package io.ingot.linear;

/**
 * A matrix that is read piece by piece, several times; it need not exist in memory. Safe for
 * concurrent reads.
 */
public interface MatrixSource {
  int rows();

  int columns();

  /** Puts {@code count} elements of a row, from {@code column} on, into {@code out[offset..]}. */
  void read(int row, int column, float[] out, int offset, int count);

  /** The matrix that lies row-major in an array. */
  static MatrixSource of(float[] data, int rows, int columns) {
    return new MatrixSource() {
      @Override
      public int rows() {
        return rows;
      }

      @Override
      public int columns() {
        return columns;
      }

      @Override
      public void read(int row, int column, float[] out, int offset, int count) {
        System.arraycopy(data, row * columns + column, out, offset, count);
      }
    };
  }
}

package io.ingot.linear;

import io.ingot.tensor.Parallel;
import java.util.List;

/**
 * Products of a large matrix with tall blocks, and of tall blocks with each other. The large one is
 * read in panels that fit a core's cache and never stays in memory. Sums are made of partial sums
 * of a fixed length, so results depend on nothing but the operands. Thread-safe.
 */
public final class Products {
  /** Rows of a panel of the large matrix when rows are independent; a multiple of the tile. */
  private static final int TALL = 96;

  /** Columns of a panel, and length of a partial sum. */
  private static final int WIDE = 512;

  /** Distance of rows in a panel: no power of two, lest all fall into the same cache sets. */
  private static final int PITCH = WIDE + Block.LANES;

  /** Rows of a panel when rows are summed over. */
  private static final int DEEP = 128;

  /** Rows of a tall block that one task works on. */
  private static final int SLICE = 768;

  private static final ThreadLocal<float[]> PANEL =
      ThreadLocal.withInitial(() -> new float[Math.max(TALL, DEEP) * PITCH]);

  private final Parallel parallel;

  public Products(Parallel parallel) {
    this.parallel = parallel;
  }

  /** Sum of the squares of all elements; NaN or infinite when one is. */
  public double squares(MatrixSource matrix) {
    double[] sums = new double[Parallel.count(matrix.rows(), DEEP)];
    parallel.blocks(
        matrix.rows(),
        DEEP,
        (index, begin, count) -> {
          float[] panel = PANEL.get();
          for (int i = 0; i < count; i++) {
            for (int column = 0; column < matrix.columns(); column += WIDE) {
              int width = Math.min(WIDE, matrix.columns() - column);
              matrix.read((int) begin + i, column, panel, 0, width);
              for (int j = 0; j < width; j++) {
                sums[index] += (double) panel[j] * panel[j];
              }
            }
          }
        });
    double sum = 0;
    for (double part : sums) {
      sum += part;
    }
    return sum;
  }

  /** {@code D X}: {@code [m, n] [n, b]}. */
  public Block times(MatrixSource matrix, Block right) {
    Block product = Block.zeros(matrix.rows(), right.columns());
    int b = right.columns();
    parallel.blocks(
        matrix.rows(),
        TALL,
        (index, begin, count) -> {
          float[] panel = PANEL.get();
          for (int column = 0; column < matrix.columns(); column += WIDE) {
            int width = Math.min(WIDE, matrix.columns() - column);
            for (int i = 0; i < count; i++) {
              matrix.read((int) begin + i, column, panel, i * PITCH, width);
            }
            Tiles.multiplyAdd(
                panel,
                0,
                PITCH,
                1,
                count,
                width,
                right.data(),
                column * b,
                b,
                b,
                product.data(),
                (int) begin * b,
                b);
          }
        });
    return product;
  }

  /** {@code D' X}: the transpose of {@code [m, n]} times {@code [m, b]}. */
  public Block transposedTimes(MatrixSource matrix, Block right) {
    Block product = Block.zeros(matrix.columns(), right.columns());
    int b = right.columns();
    parallel.blocks(
        matrix.columns(),
        WIDE,
        (index, begin, count) -> {
          float[] panel = PANEL.get();
          for (int row = 0; row < matrix.rows(); row += DEEP) {
            int depth = Math.min(DEEP, matrix.rows() - row);
            for (int k = 0; k < depth; k++) {
              matrix.read(row + k, (int) begin, panel, k * PITCH, count);
            }
            Tiles.multiplyAdd(
                panel,
                0,
                1,
                PITCH,
                count,
                depth,
                right.data(),
                row * b,
                b,
                b,
                product.data(),
                (int) begin * b,
                b);
          }
        });
    return product;
  }

  /** {@code B' X} for each block B of a basis, stacked: {@code [all columns of the basis, b]}. */
  double[][] inner(List<Block> basis, Block right) {
    int b = right.columns();
    int width = basis.isEmpty() ? 0 : basis.getFirst().columns();
    double[][] inner = new double[basis.size() * width][b];
    parallel.blocks(
        basis.size(),
        1,
        (index, begin, count) -> {
          Block left = basis.get(index);
          float[] part = new float[width * b];
          for (int row = 0; row < left.rows(); row += WIDE) {
            int depth = Math.min(WIDE, left.rows() - row);
            java.util.Arrays.fill(part, 0);
            Tiles.multiplyAdd(
                left.data(),
                row * width,
                1,
                width,
                width,
                depth,
                right.data(),
                row * b,
                b,
                b,
                part,
                0,
                b);
            for (int i = 0; i < width; i++) {
              for (int j = 0; j < b; j++) {
                inner[index * width + i][j] += part[i * b + j];
              }
            }
          }
        });
    return inner;
  }

  /** {@code sum of basis blocks times their rows of the factor}, {@code [m, b]}. */
  Block combine(List<Block> basis, double[][] factor, int columns) {
    Block sum = Block.zeros(basis.getFirst().rows(), columns);
    addCombination(sum, basis, factor, 1);
    return sum;
  }

  /** {@code X += sign * basis factor}. */
  void addCombination(Block sum, List<Block> basis, double[][] factor, double sign) {
    if (basis.isEmpty()) {
      return;
    }
    int b = sum.columns();
    int width = basis.getFirst().columns();
    float[] flat = new float[factor.length * b];
    for (int i = 0; i < factor.length; i++) {
      for (int j = 0; j < factor[i].length; j++) {
        flat[i * b + j] = (float) (sign * factor[i][j]);
      }
    }
    parallel.blocks(
        sum.rows(),
        SLICE,
        (index, begin, count) -> {
          for (int i = 0; i < basis.size(); i++) {
            Tiles.multiplyAdd(
                basis.get(i).data(),
                (int) begin * width,
                width,
                1,
                count,
                width,
                flat,
                i * width * b,
                b,
                b,
                sum.data(),
                (int) begin * b,
                b);
          }
        });
  }
}

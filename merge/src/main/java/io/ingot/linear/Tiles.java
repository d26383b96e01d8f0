package io.ingot.linear;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel of all products here: {@code C += A B} where B and C lie row-major and the columns of
 * C are vector lanes. A tile of six rows and two vectors of C stays in registers. Each element is
 * one sum in the order of k, so that neither lanes nor tiles show in the result.
 */
final class Tiles {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  private static final int HEIGHT = 6;

  private Tiles() {}

  /**
   * Adds a product.
   *
   * @param a element (r, k) is {@code a[aAt + r * aRow + k * aStep]}
   * @param rows of A and C
   * @param depth columns of A, rows of B
   * @param columns of B and C, a multiple of {@link Block#LANES}
   * @param bRow distance of the rows of B; likewise {@code cRow}
   */
  static void multiplyAdd(
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      int rows,
      int depth,
      float[] b,
      int bAt,
      int bRow,
      int columns,
      float[] c,
      int cAt,
      int cRow) {
    int column = 0;
    for (; column + 2 * L <= columns; column += 2 * L) {
      int row = 0;
      for (; row + HEIGHT <= rows; row += HEIGHT) {
        wide(
            a,
            aAt + row * aRow,
            aRow,
            aStep,
            depth,
            b,
            bAt + column,
            bRow,
            c,
            cAt + row * cRow + column,
            cRow);
      }
      for (; row < rows; row++) {
        narrow(
            a, aAt + row * aRow, aStep, depth, b, bAt + column, bRow, c, cAt + row * cRow + column);
        narrow(
            a,
            aAt + row * aRow,
            aStep,
            depth,
            b,
            bAt + column + L,
            bRow,
            c,
            cAt + row * cRow + column + L);
      }
    }
    for (; column < columns; column += L) {
      for (int row = 0; row < rows; row++) {
        narrow(
            a, aAt + row * aRow, aStep, depth, b, bAt + column, bRow, c, cAt + row * cRow + column);
      }
    }
  }

  private static void wide(
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      int depth,
      float[] b,
      int bAt,
      int bRow,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c40 = c00;
    FloatVector c41 = c00;
    FloatVector c50 = c00;
    FloatVector c51 = c00;
    int at = aAt;
    int from = bAt;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(F, b, from);
      FloatVector b1 = FloatVector.fromArray(F, b, from + L);
      FloatVector x = FloatVector.broadcast(F, a[at]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(F, a[at + aRow]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(F, a[at + 2 * aRow]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = FloatVector.broadcast(F, a[at + 3 * aRow]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      x = FloatVector.broadcast(F, a[at + 4 * aRow]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      x = FloatVector.broadcast(F, a[at + 5 * aRow]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
      at += aStep;
      from += bRow;
    }
    add(c, cAt, c00, c01);
    add(c, cAt + cRow, c10, c11);
    add(c, cAt + 2 * cRow, c20, c21);
    add(c, cAt + 3 * cRow, c30, c31);
    add(c, cAt + 4 * cRow, c40, c41);
    add(c, cAt + 5 * cRow, c50, c51);
  }

  private static void add(float[] c, int at, FloatVector x, FloatVector y) {
    FloatVector.fromArray(F, c, at).add(x).intoArray(c, at);
    FloatVector.fromArray(F, c, at + L).add(y).intoArray(c, at + L);
  }

  private static void narrow(
      float[] a, int aAt, int aStep, int depth, float[] b, int bAt, int bRow, float[] c, int cAt) {
    FloatVector sum = FloatVector.zero(F);
    for (int k = 0; k < depth; k++) {
      sum =
          FloatVector.broadcast(F, a[aAt + k * aStep])
              .fma(FloatVector.fromArray(F, b, bAt + k * bRow), sum);
    }
    FloatVector.fromArray(F, c, cAt).add(sum).intoArray(c, cAt);
  }
}

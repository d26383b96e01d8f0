package io.ingot.linear;

import java.util.ArrayList;
import java.util.List;

/** Orthonormal columns, block by block; columns that the space does not need are zero. */
final class Basis {
  private final Products products;
  private final List<Block> blocks = new ArrayList<>();

  /**
   * What is new in a block.
   *
   * @param block orthonormal, and orthogonal to the basis
   * @param inside coefficients of the basis, {@code [columns of the basis, b]}
   * @param beyond coefficients of the block, {@code [b, b]}: {@code X = basis inside + block
   *     beyond}
   */
  record Split(Block block, double[][] inside, double[][] beyond) {}

  Basis(Products products) {
    this.products = products;
  }

  List<Block> blocks() {
    return blocks;
  }

  int columns() {
    return blocks.isEmpty() ? 0 : blocks.size() * blocks.getFirst().columns();
  }

  void add(Block block) {
    blocks.add(block);
  }

  void replace(List<Block> others) {
    blocks.clear();
    blocks.addAll(others);
  }

  /**
   * Splits a block, twice over, since one pass loses orthogonality to rounding.
   *
   * @param x is overwritten
   * @param noise directions of this length or less are rounding errors and become zero columns
   */
  Split split(Block x, double noise) {
    double[][] inside = products.inner(blocks, x);
    products.addCombination(x, blocks, inside, -1);
    Normal first = normalize(x, noise);
    double[][] again = products.inner(blocks, first.block);
    products.addCombination(first.block, blocks, again, -1);
    Normal second = normalize(first.block, 0.5);
    add(inside, times(again, first.factor));
    return new Split(second.block, inside, times(second.factor, first.factor));
  }

  private record Normal(Block block, double[][] factor) {}

  /** {@code X = Q R} by the eigenvectors of X'X: short directions go, the others get length 1. */
  private Normal normalize(Block x, double noise) {
    int b = x.columns();
    SymmetricEigen eigen = SymmetricEigen.of(products.inner(List.of(x), x), b);
    double[][] scaled = new double[b][b];
    double[][] factor = new double[b][b];
    for (int k = 0; k < b; k++) {
      double length = Math.sqrt(Math.max(0, eigen.values()[k]));
      if (length <= noise) {
        break;
      }
      for (int i = 0; i < b; i++) {
        scaled[i][k] = eigen.vectors()[k][i] / length;
        factor[k][i] = eigen.vectors()[k][i] * length;
      }
    }
    return new Normal(products.combine(List.of(x), scaled, b), factor);
  }

  private static void add(double[][] sum, double[][] x) {
    for (int i = 0; i < sum.length; i++) {
      for (int j = 0; j < sum[i].length; j++) {
        sum[i][j] += x[i][j];
      }
    }
  }

  /** A small product. */
  static double[][] times(double[][] x, double[][] y) {
    int columns = y.length == 0 ? 0 : y[0].length;
    double[][] product = new double[x.length][columns];
    for (int i = 0; i < x.length; i++) {
      for (int k = 0; k < y.length; k++) {
        double factor = x[i][k];
        if (factor != 0) {
          for (int j = 0; j < columns; j++) {
            product[i][j] += factor * y[k][j];
          }
        }
      }
    }
    return product;
  }
}

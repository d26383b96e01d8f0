package io.ingot.linear;

import io.ingot.tensor.Parallel;
import java.util.ArrayList;
import java.util.List;

/**
 * Block Golub-Kahan bidiagonalization with full reorthogonalization and thick restarts (Baglama and
 * Reichel, SIAM J. Sci. Comput. 27, 2005), from a random block of a fixed seed, as in randomized
 * block Krylov iteration (Musco and Musco, arXiv 1504.05477).
 *
 * <p>Invariant: {@code D' U = V C} for bases U and V; the SVD of the small C gives singular
 * triplets of which {@code D' u = s v} holds exactly, and {@code D v - s u} is the residual. When
 * the squares of the residuals are far below the squares that are kept, so is what is missed.
 */
final class KrylovSvd {
  private static final long SEED = 0x1960_0517L;

  /** Squares of residuals relative to the squares kept; what is missed was below 30 times that. */
  private static final double CONVERGED = 2e-7;

  /** Rounding of float32 leaves this much of the largest singular value in what should be zero. */
  private static final double NOISE = 5e-7;

  /** Elements that both bases may take: 1 GB. */
  private static final long MAX_ELEMENTS = 1L << 28;

  private static final int MAX_STEPS = 2000;

  private final MatrixSource matrix;
  private final int wanted;
  private final double squares;
  private final Products products;
  private final Basis left;
  private final Basis right;
  private final int width;
  private final int most;
  private double[][] small = new double[0][0];

  private KrylovSvd(MatrixSource matrix, int wanted, double squares, Parallel parallel) {
    this.matrix = matrix;
    this.wanted = wanted;
    this.squares = squares;
    this.products = new Products(parallel);
    this.left = new Basis(products);
    this.right = new Basis(products);
    this.width = wanted > 16 ? 32 : 16;
    int blocks = (wanted + width - 1) / width;
    long fits = MAX_ELEMENTS / ((long) matrix.rows() + matrix.columns()) / width;
    this.most =
        (int) Math.max(blocks + 3, Math.min(fits, Math.max(4L * blocks, blocks + 6L))) * width;
  }

  static TruncatedSvd of(MatrixSource matrix, int wanted, double squares, Parallel parallel) {
    return new KrylovSvd(matrix, wanted, squares, parallel).run();
  }

  /** Leading singular triplets of the small matrix: {@code C q = s p}. */
  private record Triplets(double[] values, double[][] p, double[][] q) {
    double squares(int count) {
      double sum = 0;
      for (int i = 0; i < count; i++) {
        sum += values[i] * values[i];
      }
      return sum;
    }
  }

  private TruncatedSvd run() {
    // The largest singular value is at least this; a better bound comes with the first triplets.
    double scale = Math.sqrt(squares / Math.min(matrix.rows(), matrix.columns()));
    Block next = fresh(0, scale).block();
    int check = Math.max(2 * wanted, 3 * width);
    double invariant = 0;
    for (int step = 1; ; step++) {
      Basis.Split back = right.split(products.transposedTimes(matrix, next), NOISE * scale);
      left.add(next);
      right.add(back.block());
      small = bordered(small, back.inside(), back.beyond());
      Basis.Split forth = left.split(products.times(matrix, back.block()), NOISE * scale);
      int columns = left.columns();
      boolean closed = isZero(forth.beyond());
      next = forth.block();
      if (!closed && columns < Math.min(check, Math.min(most, longest()))) {
        continue;
      }
      int kept = Math.min(columns, (wanted + width - 1) / width * width + width);
      Triplets triplets = triplets(kept);
      scale = Math.max(scale, triplets.values()[0]);
      double energy = triplets.squares(Math.min(wanted, kept));
      if (columns >= longest() || step > MAX_STEPS) {
        return result(triplets);
      }
      if (closed ? covers() || energy <= invariant * (1 + CONVERGED) : converged(triplets, forth)) {
        return result(triplets);
      }
      if (columns >= most) {
        restart(triplets, kept);
        check = most;
      } else {
        check = columns + Math.max(width, columns / 4);
      }
      if (closed) {
        // The space maps onto itself. More copies of a repeated singular value may lie outside.
        invariant = energy;
        Basis.Split outside = fresh(step, scale);
        if (isZero(outside.beyond())) {
          return result(triplets);
        }
        next = outside.block();
      }
    }
  }

  private Basis.Split fresh(int number, double scale) {
    Block random = Block.random(matrix.columns(), width, SEED + number);
    return left.split(products.times(matrix, random), NOISE * scale);
  }

  /** Whether the space holds all there is. */
  private boolean covers() {
    double sum = 0;
    for (double[] row : small) {
      for (double value : row) {
        sum += value * value;
      }
    }
    return sum >= squares * (1 - CONVERGED);
  }

  /** Columns at which a basis must span the whole space. */
  private int longest() {
    int shorter = Math.min(matrix.rows(), matrix.columns());
    return (shorter + width - 1) / width * width + width;
  }

  private boolean converged(Triplets triplets, Basis.Split forth) {
    int columns = small.length;
    int count = Math.min(wanted, columns);
    double residuals = 0;
    for (int i = 0; i < count; i++) {
      for (double[] row : forth.beyond()) {
        double part = 0;
        for (int j = 0; j < width; j++) {
          part += row[j] * triplets.p()[i][columns - width + j];
        }
        residuals += part * part;
      }
    }
    return residuals <= CONVERGED * triplets.squares(count);
  }

  private Triplets triplets(int count) {
    int n = small.length;
    double[][] transposed = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        transposed[j][i] = small[i][j];
      }
    }
    SymmetricEigen eigen = SymmetricEigen.of(Basis.times(transposed, small), count);
    double[] values = new double[count];
    double[][] p = new double[count][n];
    for (int k = 0; k < count; k++) {
      double value = Math.sqrt(Math.max(0, eigen.values()[k]));
      if (value <= TruncatedSvd.NOISE * values[0]) {
        java.util.Arrays.fill(eigen.vectors()[k], 0);
        continue;
      }
      values[k] = value;
      for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
          sum += small[i][j] * eigen.vectors()[k][j];
        }
        p[k][i] = sum / value;
      }
    }
    return new Triplets(values, p, eigen.vectors());
  }

  /** Goes on with nothing but the leading triplets; the next block is orthogonal to them. */
  private void restart(Triplets triplets, int kept) {
    List<Block> u = split(left.blocks(), triplets.q(), kept);
    List<Block> v = split(right.blocks(), triplets.p(), kept);
    left.replace(u);
    right.replace(v);
    small = new double[kept][kept];
    for (int i = 0; i < kept; i++) {
      small[i][i] = triplets.values()[i];
    }
  }

  private List<Block> split(List<Block> basis, double[][] coefficients, int kept) {
    List<Block> blocks = new ArrayList<>();
    for (int from = 0; from < kept; from += width) {
      blocks.add(products.combine(basis, factor(coefficients, from, from + width), width));
    }
    return blocks;
  }

  /** Rows of coefficients as the columns of a factor. */
  private static double[][] factor(double[][] coefficients, int from, int to) {
    int n = coefficients[0].length;
    double[][] factor = new double[n][to - from];
    for (int k = from; k < Math.min(to, coefficients.length); k++) {
      for (int i = 0; i < n; i++) {
        factor[i][k - from] = coefficients[k][i];
      }
    }
    return factor;
  }

  private TruncatedSvd result(Triplets triplets) {
    int rank = 0;
    while (rank < Math.min(wanted, triplets.values().length) && triplets.values()[rank] > 0) {
      rank++;
    }
    int padded = Block.padded(rank);
    Block u = products.combine(left.blocks(), factor(triplets.q(), 0, rank), padded);
    Block v = products.combine(right.blocks(), factor(triplets.p(), 0, rank), padded);
    return new TruncatedSvd(
        java.util.Arrays.copyOf(triplets.values(), rank),
        TruncatedSvd.columns(u.data(), padded, rank),
        TruncatedSvd.columns(v.data(), padded, rank),
        squares);
  }

  /** {@code C} with columns for the new block: what lies in V, and beyond it. */
  private static double[][] bordered(double[][] old, double[][] inside, double[][] beyond) {
    int n = old.length;
    int b = beyond.length;
    double[][] larger = new double[n + b][n + b];
    for (int i = 0; i < n; i++) {
      System.arraycopy(old[i], 0, larger[i], 0, n);
      System.arraycopy(inside[i], 0, larger[i], n, b);
    }
    for (int i = 0; i < b; i++) {
      System.arraycopy(beyond[i], 0, larger[n + i], n, b);
    }
    return larger;
  }

  private static boolean isZero(double[][] x) {
    for (double[] row : x) {
      for (double value : row) {
        if (value != 0) {
          return false;
        }
      }
    }
    return true;
  }
}

package io.ingot.transplant;

import io.ingot.linear.Block;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.Parallel;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Rows composed by orthogonal matching pursuit (Pati et al. 1993): k times the shared token whose
 * donor row has the largest inner product with what is left of the target; then the weights that
 * come nearest to the target.
 *
 * <p>With the inner products of all shared rows at hand, a step needs no vector of the donor's
 * width (Rubinstein et al., Batch-OMP, 2008): with q the new direction, {@code A r -= (q't) A q}
 * and {@code A q = (G_j - sum r_s A q_s) / r_jj}. That is some forty times less work than products
 * with the residual in every step.
 */
final class MatchingPursuit implements Approximation {
  /** Elements that a step works on at a time: they stay in the nearest cache. */
  private static final int CHUNK = 1 << 11;

  /** A row is dependent on the chosen ones when less than this of its squares is new. */
  private static final double DEPENDENT = 1e-5;

  /** A cosine this small, of what is left with the target's length, is rounding of float32. */
  private static final double EXACT = 1e-6;

  private static final int REFINEMENTS = 2;

  private final TensorRows donor;
  private final TensorRows model;
  private final int k;
  private final Parallel parallel;
  private final GramMatrix gram;
  private final ThreadLocal<State> states;

  /**
   * @param donor rows of the shared tokens; {@code model} likewise, in the same order
   * @param scratch a file for the inner products
   * @param cancellation polled while they are made
   */
  MatchingPursuit(
      TensorRows donor,
      TensorRows model,
      int k,
      Parallel parallel,
      Path scratch,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    this.donor = donor;
    this.model = model;
    this.k = Math.min(k, donor.rows());
    this.parallel = parallel;
    this.gram = new GramMatrix(donor, scratch, parallel, progress, cancellation);
    this.states = ThreadLocal.withInitial(() -> new State(this.k, donor.rows()));
  }

  /** Buffers of a thread: inner products of all shared rows with residual and directions. */
  private static final class State {
    private final float[] products;
    private final float[][] directions;
    private final float[] chunk = new float[CHUNK];
    private final int[] chosen;
    private final double[][] triangle;
    private final double[] along;

    State(int k, int shared) {
      products = new float[shared];
      directions = new float[k][shared];
      chosen = new int[k];
      triangle = new double[k][k];
      along = new double[k];
    }
  }

  @Override
  public Rows rows(TensorRows targets, int first) {
    return Composition.rows(donor, model, targets, parallel, this::compose);
  }

  private Composition compose(float[] target, Block products, int column) {
    State state = states.get();
    for (int i = 0; i < state.products.length; i++) {
      state.products[i] = products.data()[i * products.columns() + column];
    }
    double squares = 0;
    for (float x : target) {
      squares += (double) x * x;
    }
    int steps = 0;
    boolean[] tried = new boolean[state.products.length];
    while (steps < k) {
      int best = largest(state.products, tried);
      if (best < 0) {
        break;
      }
      tried[best] = true;
      double length = gram.at(best, best);
      if (Math.abs(state.products[best]) <= EXACT * Math.sqrt(squares * length)) {
        break;
      }
      double fresh = length;
      for (int s = 0; s < steps; s++) {
        double share = state.directions[s][best];
        state.triangle[s][steps] = share;
        fresh -= share * share;
      }
      if (fresh <= DEPENDENT * length) {
        continue;
      }
      double pivot = Math.sqrt(fresh);
      state.triangle[steps][steps] = pivot;
      state.along[steps] = state.products[best] / pivot;
      state.chosen[steps] = best;
      step(state, steps, best, pivot);
      steps++;
    }
    return refined(target, state, steps);
  }

  /** Position of the largest magnitude among rows not tried yet; -1 when all products are zero. */
  private static int largest(float[] products, boolean[] tried) {
    int best = -1;
    float most = 0;
    for (int i = 0; i < products.length; i++) {
      float magnitude = Math.abs(products[i]);
      if (magnitude > most && !tried[i]) {
        most = magnitude;
        best = i;
      }
    }
    return best;
  }

  /** Inner products with the new direction, and with what it leaves of the residual. */
  private void step(State state, int step, int best, double pivot) {
    float[] direction = state.directions[step];
    float inverse = (float) (1 / pivot);
    float along = (float) -state.along[step];
    for (int from = 0; from < direction.length; from += CHUNK) {
      int count = Math.min(CHUNK, direction.length - from);
      gram.read(best, from, state.chunk, count);
      for (int s = 0; s < step; s++) {
        Kernels.addScaled(
            state.chunk, (float) -state.triangle[s][step], state.directions[s], from, count);
      }
      for (int i = 0; i < count; i++) {
        float value = state.chunk[i] * inverse;
        direction[from + i] = value;
        state.products[from + i] += along * value;
      }
    }
  }

  /** Solves for the weights, and corrects them by what they really leave of the target. */
  private Composition refined(float[] target, State state, int steps) {
    double[] weights = Arrays.copyOf(state.along, steps);
    backward(state.triangle, weights);
    int[] chosen = Arrays.copyOf(state.chosen, steps);
    float[][] rows = new float[steps][];
    for (int i = 0; i < steps; i++) {
      rows[i] = donor.row(chosen[i]);
    }
    for (int round = 0; round < REFINEMENTS; round++) {
      double[] rest = new double[target.length];
      for (int j = 0; j < rest.length; j++) {
        rest[j] = target[j];
      }
      for (int i = 0; i < steps; i++) {
        for (int j = 0; j < rest.length; j++) {
          rest[j] -= weights[i] * rows[i][j];
        }
      }
      double[] correction = new double[steps];
      for (int i = 0; i < steps; i++) {
        for (int j = 0; j < rest.length; j++) {
          correction[i] += rest[j] * rows[i][j];
        }
      }
      forward(state.triangle, correction);
      backward(state.triangle, correction);
      for (int i = 0; i < steps; i++) {
        weights[i] += correction[i];
      }
    }
    return new Composition(chosen, weights);
  }

  /** {@code R' x = b} in place. */
  private static void forward(double[][] triangle, double[] b) {
    for (int i = 0; i < b.length; i++) {
      for (int s = 0; s < i; s++) {
        b[i] -= triangle[s][i] * b[s];
      }
      b[i] /= triangle[i][i];
    }
  }

  /** {@code R x = b} in place. */
  private static void backward(double[][] triangle, double[] b) {
    for (int i = b.length - 1; i >= 0; i--) {
      for (int s = i + 1; s < b.length; s++) {
        b[i] -= triangle[i][s] * b[s];
      }
      b[i] /= triangle[i][i];
    }
  }

  @Override
  public void close() {
    gram.close();
  }
}

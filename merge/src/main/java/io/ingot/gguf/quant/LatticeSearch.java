package io.ingot.gguf.quant;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rounds a group of values to signs, a scale and points of a lattice: the search that IQ2 and IQ3
 * types share. Not thread-safe.
 */
final class LatticeSearch {
  /**
   * What differs between types.
   *
   * @param group values of a group
   * @param steps scales tried on each side of the first
   * @param delta distance of these scales
   * @param epsilon groups whose largest value is below count as zero
   * @param evenSigns whether 8 values must have an even number of minus signs
   * @param refitAll whether points that were hit exactly are looked for again
   */
  record Rules(
      Lattice lattice,
      int group,
      int steps,
      float delta,
      float epsilon,
      boolean evenSigns,
      boolean refitAll) {}

  private final Rules rules;
  private final Lattice lattice;
  private final int dimension;
  private final int top;
  private final float[] roots;
  private final float[] values;
  private final byte[] levels;
  private final byte[] trial;
  private final boolean[] exact;
  private final boolean[] trialExact;

  /** Numbers of the lattice's points, after a search. */
  final int[] points;

  /** Eight signs each, after a search; a set bit means minus. */
  final int[] signs;

  /** Whether the group of the last search counts as zero. */
  boolean skipped;

  LatticeSearch(Rules rules) {
    this.rules = rules;
    this.lattice = rules.lattice();
    this.dimension = lattice.dimension();
    this.top = lattice.levels();
    int n = rules.group();
    roots = new float[n];
    values = new float[n];
    levels = new byte[n];
    trial = new byte[n];
    exact = new boolean[n / dimension];
    trialExact = new boolean[n / dimension];
    points = new int[n / dimension];
    signs = new int[n / 8];
  }

  /** The scale of a group, never negative. Points and signs are set unless it is skipped. */
  float search(float[] x, int from, float[] weights) {
    int n = rules.group();
    for (int i = 0; i < n; i++) {
      roots[i] = RowWeights.root(weights[i]);
    }
    for (int k = 0; k < signs.length; k++) {
      splitSigns(x, from, weights, 8 * k);
    }
    float max = values[0];
    for (int i = 1; i < n; i++) {
      max = max > values[i] ? max : values[i];
    }
    Arrays.fill(levels, (byte) 0);
    skipped = rules.epsilon() == 0 ? max == 0 : max < rules.epsilon();
    if (skipped) {
      return 0;
    }
    float largest = max;
    float scale = max / (2 * top - 1);
    if (lattice == Lattice.IQ2_XXS) {
      scale = Search.unsigned(n, top + 1, values, levels, weights);
      largest = scale * top;
      if (largest <= 0) {
        skipped = true;
        return 0;
      }
    }
    scale = tryScales(weights, largest, scale);
    scale = refit(weights, scale);
    if (scale < 0) {
      scale = -scale;
      for (int k = 0; k < signs.length; k++) {
        signs[k] = ~signs[k] & (rules.evenSigns() ? 127 : 255);
      }
    }
    for (int k = 0; k < points.length; k++) {
      points[k] = lattice.point(lattice.code(levels, k * dimension));
    }
    return scale;
  }

  private void splitSigns(float[] x, int from, float[] weights, int at) {
    int minus = 0;
    for (int i = 0; i < 8; i++) {
      float value = x[from + at + i];
      if (value >= 0) {
        values[at + i] = value;
      } else {
        values[at + i] = -value;
        minus |= 1 << i;
      }
    }
    if (rules.evenSigns() && Integer.bitCount(minus) % 2 == 1) {
      int least = 0;
      float smallest = weights[at] * x[from + at] * x[from + at];
      for (int i = 1; i < 8; i++) {
        float cost = weights[at + i] * x[from + at + i] * x[from + at + i];
        if (cost < smallest) {
          smallest = cost;
          least = i;
        }
      }
      values[at + least] = -values[at + least];
      minus ^= 1 << least;
    }
    signs[at / 8] = minus & (rules.evenSigns() ? 127 : 255);
  }

  private float tryScales(float[] weights, float largest, float first) {
    float scale = first;
    float best = 0;
    Arrays.fill(exact, !rules.refitAll());
    for (int step = -rules.steps(); step <= rules.steps(); step++) {
      float inverse = (2 * top - 1 + step * rules.delta()) / largest;
      float thisScale = 1 / inverse;
      for (int k = 0; k < points.length; k++) {
        trialExact[k] = round(trial, k, inverse, thisScale);
      }
      float sumqx = 0;
      float sumq2 = 0;
      for (int i = 0; i < values.length; i++) {
        float w = weights[i];
        float q = 2 * trial[i] + 1;
        sumqx += w * values[i] * q;
        sumq2 += w * q * q;
      }
      if (sumq2 > 0 && sumqx * sumqx > best * sumq2) {
        scale = sumqx / sumq2;
        best = scale * sumqx;
        System.arraycopy(trial, 0, levels, 0, levels.length);
        System.arraycopy(trialExact, 0, exact, 0, exact.length);
      }
    }
    return scale;
  }

  private float refit(float[] weights, float scale) {
    boolean needed = lattice == Lattice.IQ2_XXS;
    for (boolean hit : exact) {
      needed |= !hit;
    }
    if (!needed || !(scale > 0)) {
      return scale;
    }
    float inverse = 1 / scale;
    for (int k = 0; k < points.length; k++) {
      if (rules.refitAll() || !exact[k]) {
        round(levels, k, inverse, scale);
      }
    }
    float sumqx = 0;
    float sumq2 = 0;
    for (int i = 0; i < values.length; i++) {
      float w = weights[i];
      float q = 2 * levels[i] + 1;
      sumqx += w * values[i] * q;
      sumq2 += w * q * q;
    }
    return sumq2 > 0 ? sumqx / sumq2 : scale;
  }

  /** Rounds the values of point {@code k}; true when they were a point already. */
  private boolean round(byte[] into, int k, float inverse, float scale) {
    int at = k * dimension;
    for (int i = 0; i < dimension; i++) {
      int level = Rounding.nearest(0.5f * (inverse * values[at + i] - 1));
      into[at + i] = (byte) Search.clamp(level, 0, top - 1);
    }
    int code = lattice.code(into, at);
    if (lattice.point(code) >= 0) {
      return true;
    }
    int[] near = lattice.near(code);
    int best = near[0];
    float least = Float.MAX_VALUE;
    for (int point : near) {
      float distance = 0;
      for (int i = 0; i < dimension; i++) {
        float q = 2 * lattice.level(point, i) + 1;
        float diff = scale * q - values[at + i];
        distance += roots[at + i] * diff * diff;
      }
      if (distance < least) {
        least = distance;
        best = point;
      }
    }
    for (int i = 0; i < dimension; i++) {
      into[at + i] = (byte) lattice.level(best, i);
    }
    return false;
  }

  /** Weights of a group: importance · sqrt(sigma² + x²), or without importance x² + offset. */
  static void weights(
      float[] x,
      int from,
      int n,
      float @Nullable [] importance,
      int weightsFrom,
      float sigma2,
      float offset,
      float[] out) {
    if (importance != null) {
      RowWeights.fill(importance, weightsFrom, sigma2, x, from, n, out);
      return;
    }
    for (int i = 0; i < n; i++) {
      out[i] = offset + x[from + i] * x[from + i];
    }
  }

  /** Four bits of a scale: the block's scale counts for 31 halves. */
  static int scaleLevel(float inverse, float scale) {
    return Search.clamp(Rounding.nearest(0.5f * (inverse * scale - 1)), 0, 15);
  }

  /** All eight signs from seven: their number is even. */
  static int evenSigns(int seven) {
    return seven | (Integer.bitCount(seven) & 1) << 7;
  }
}

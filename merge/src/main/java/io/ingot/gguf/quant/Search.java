package io.ingot.gguf.quant;

import org.jspecify.annotations.Nullable;

/**
 * Searches for the scale (and minimum) of a group that keep its weighted error small: the plain
 * form of make_qx_quants, make_q3_quants, make_qkx2/3_quants and make_qp_quants of ggml-quants.c.
 * All sums run in the order of the elements, in 32-bit floats.
 */
final class Search {
  /** Groups whose largest magnitude is below count as zero. */
  static final float EPSILON = 1e-15f;

  private Search() {}

  /** Scale and minimum of a group; the minimum is stored negated, so it is never negative. */
  static final class Affine {
    float scale;
    float min;
  }

  /**
   * Symmetric quantization to {@code [-nmax, nmax-1]}, stored from 0 on.
   *
   * @param weights null for the squares of the values
   * @param levels receives level + nmax; zeros for a group of zeros
   * @return the scale, with sign
   */
  static float symmetric(
      int n,
      int nmax,
      float[] x,
      int from,
      byte[] levels,
      int levelsFrom,
      float @Nullable [] weights,
      int weightsFrom) {
    float max = farthestFromZero(n, x, from);
    if (Math.abs(max) < EPSILON) {
      java.util.Arrays.fill(levels, levelsFrom, levelsFrom + n, (byte) 0);
      return 0f;
    }
    float inverse = -nmax / max;
    float sumlx = 0;
    float suml2 = 0;
    for (int i = 0; i < n; i++) {
      float value = x[from + i];
      int level = clamp(Rounding.nearest(inverse * value), -nmax, nmax - 1);
      levels[levelsFrom + i] = (byte) (level + nmax);
      float w = weights == null ? value * value : weights[weightsFrom + i];
      sumlx += w * value * level;
      suml2 += w * level * level;
    }
    float scale = suml2 != 0 ? sumlx / suml2 : 0.0f;
    float best = scale * sumlx;
    for (int step = -9; step <= 9; step++) {
      if (step == 0) {
        continue;
      }
      inverse = -(nmax + 0.1f * step) / max;
      sumlx = 0;
      suml2 = 0;
      for (int i = 0; i < n; i++) {
        float value = x[from + i];
        int level = clamp(Rounding.nearest(inverse * value), -nmax, nmax - 1);
        float w = weights == null ? value * value : weights[weightsFrom + i];
        sumlx += w * value * level;
        suml2 += w * level * level;
      }
      if (suml2 > 0 && sumlx * sumlx > best * suml2) {
        for (int i = 0; i < n; i++) {
          int level = clamp(Rounding.nearest(inverse * x[from + i]), -nmax, nmax - 1);
          levels[levelsFrom + i] = (byte) (level + nmax);
        }
        scale = sumlx / suml2;
        best = scale * sumlx;
      }
    }
    return scale;
  }

  /** The value of greatest magnitude, the first of equals; 0 when all are 0 or NaN. */
  private static float farthestFromZero(int n, float[] x, int from) {
    float farthest = 0;
    float magnitude = 0;
    for (int i = 0; i < n; i++) {
      if (Math.abs(x[from + i]) > magnitude) {
        magnitude = Math.abs(x[from + i]);
        farthest = x[from + i];
      }
    }
    return farthest;
  }

  /** The coordinate descent of Q3_K: symmetric, weights are the squares of the values. */
  static float descending(int n, int nmax, float[] x, int from, byte[] levels, int levelsFrom) {
    float max = farthestFromZero(n, x, from);
    if (Math.abs(max) < EPSILON) {
      java.util.Arrays.fill(levels, levelsFrom, levelsFrom + n, (byte) 0);
      return 0f;
    }
    float inverse = -nmax / max;
    float sumlx = 0;
    float suml2 = 0;
    for (int i = 0; i < n; i++) {
      float value = x[from + i];
      int level = clamp(Rounding.nearest(inverse * value), -nmax, nmax - 1);
      levels[levelsFrom + i] = (byte) level;
      float w = value * value;
      sumlx += w * value * level;
      suml2 += w * level * level;
    }
    for (int pass = 0; pass < 5; pass++) {
      boolean changed = false;
      for (int i = 0; i < n; i++) {
        float value = x[from + i];
        int level = levels[levelsFrom + i];
        float w = value * value;
        float slx = sumlx - w * value * level;
        if (slx > 0) {
          float sl2 = suml2 - w * level * level;
          int next = clamp(Rounding.nearest(value * sl2 / slx), -nmax, nmax - 1);
          if (next != level) {
            slx += w * value * next;
            sl2 += w * next * next;
            if (sl2 > 0 && slx * slx * suml2 > sumlx * sumlx * sl2) {
              levels[levelsFrom + i] = (byte) next;
              sumlx = slx;
              suml2 = sl2;
              changed = true;
            }
          }
        }
      }
      if (!changed) {
        break;
      }
    }
    for (int i = 0; i < n; i++) {
      levels[levelsFrom + i] += (byte) nmax;
    }
    return suml2 > 0.0f ? sumlx / suml2 : 0.0f;
  }

  /**
   * Quantization to {@code [0, nmax]} with a minimum: tries {@code steps + 1} scales and fits scale
   * and minimum to each by weighted least squares.
   *
   * @param absolute whether errors count by magnitude instead of square
   */
  static void affine(
      int n,
      int nmax,
      float[] x,
      int from,
      float[] weights,
      byte[] levels,
      int levelsFrom,
      byte[] trial,
      float first,
      float delta,
      int steps,
      boolean absolute,
      Affine result) {
    float min = x[from];
    float max = min;
    float sumw = weights[0];
    float sumx = sumw * x[from];
    for (int i = 1; i < n; i++) {
      float value = x[from + i];
      if (value < min) {
        min = value;
      }
      if (value > max) {
        max = value;
      }
      float w = weights[i];
      sumw += w;
      sumx += w * value;
    }
    if (min > 0) {
      min = 0;
    }
    if (max <= min) {
      java.util.Arrays.fill(levels, levelsFrom, levelsFrom + n, (byte) 0);
      result.min = -min;
      result.scale = 0f;
      return;
    }
    float inverse = nmax / (max - min);
    float scale = 1 / inverse;
    float best = 0;
    for (int i = 0; i < n; i++) {
      int level = clamp(Rounding.nearest(inverse * (x[from + i] - min)), 0, nmax);
      levels[levelsFrom + i] = (byte) level;
      float diff = scale * level + min - x[from + i];
      diff = absolute ? Math.abs(diff) : diff * diff;
      best += weights[i] * diff;
    }
    for (int step = 0; step <= steps; step++) {
      inverse = (first + delta * step + nmax) / (max - min);
      float suml = 0;
      float suml2 = 0;
      float sumxl = 0;
      for (int i = 0; i < n; i++) {
        float value = x[from + i];
        int level = clamp(Rounding.nearest(inverse * (value - min)), 0, nmax);
        trial[i] = (byte) level;
        float w = weights[i];
        suml += w * level;
        suml2 += w * level * level;
        sumxl += w * level * value;
      }
      float determinant = sumw * suml2 - suml * suml;
      if (determinant > 0) {
        float thisScale = (sumw * sumxl - sumx * suml) / determinant;
        float thisMin = (suml2 * sumx - suml * sumxl) / determinant;
        if (thisMin > 0) {
          thisMin = 0;
          thisScale = sumxl / suml2;
        }
        float error = 0;
        for (int i = 0; i < n; i++) {
          float diff = thisScale * trial[i] + thisMin - x[from + i];
          diff = absolute ? Math.abs(diff) : diff * diff;
          error += weights[i] * diff;
        }
        if (error < best) {
          System.arraycopy(trial, 0, levels, levelsFrom, n);
          best = error;
          scale = thisScale;
          min = thisMin;
        }
      }
    }
    result.min = -min;
    result.scale = scale;
  }

  /** Quantization of values that are not negative (scales, minima) to {@code [0, nmax]}. */
  static float unsigned(int n, int nmax, float[] x, byte[] levels, float[] weights) {
    return unsigned(n, nmax, x, levels, weights, 0);
  }

  static float unsigned(
      int n, int nmax, float[] x, byte[] levels, float[] weights, int weightsFrom) {
    float max = 0;
    for (int i = 0; i < n; i++) {
      max = max > x[i] ? max : x[i];
    }
    if (max < EPSILON) {
      java.util.Arrays.fill(levels, 0, n, (byte) 0);
      return 0f;
    }
    float inverse = nmax / max;
    float best = 0;
    float scale = 1 / inverse;
    for (int i = 0; i < n; i++) {
      levels[i] = (byte) Rounding.nearest(inverse * x[i]);
      float diff = x[i] - scale * (levels[i] & 0xff);
      best += weights[weightsFrom + i] * diff * diff;
    }
    for (int step = -4; step <= 4; step++) {
      if (step == 0) {
        continue;
      }
      float thisInverse = (0.1f * step + nmax) / max;
      float thisScale = 1 / thisInverse;
      float error = 0;
      for (int i = 0; i < n; i++) {
        int level = Math.min(nmax, Rounding.nearest(thisInverse * x[i]));
        float diff = x[i] - thisScale * level;
        error += weights[weightsFrom + i] * diff * diff;
      }
      if (error < best) {
        best = error;
        inverse = thisInverse;
      }
    }
    float sumlx = 0;
    float suml2 = 0;
    for (int i = 0; i < n; i++) {
      int level = Math.min(nmax, Rounding.nearest(inverse * x[i]));
      levels[i] = (byte) level;
      float w = weights[weightsFrom + i];
      sumlx += w * x[i] * level;
      suml2 += w * level * level;
    }
    for (int pass = 0; pass < 5; pass++) {
      boolean changed = false;
      for (int i = 0; i < n; i++) {
        float w = weights[weightsFrom + i];
        int level = levels[i] & 0xff;
        float slx = sumlx - w * x[i] * level;
        float sl2 = suml2 - w * level * level;
        if (slx > 0 && sl2 > 0) {
          int next = Math.min(nmax, Rounding.nearest(x[i] * sl2 / slx));
          if (next != level) {
            slx += w * x[i] * next;
            sl2 += w * next * next;
            if (slx * slx * suml2 > sumlx * sumlx * sl2) {
              levels[i] = (byte) next;
              sumlx = slx;
              suml2 = sl2;
              changed = true;
            }
          }
        }
      }
      if (!changed) {
        break;
      }
    }
    return suml2 > 0.0f ? sumlx / suml2 : 0.0f;
  }

  static int clamp(int value, int low, int high) {
    return Math.max(low, Math.min(high, value));
  }
}

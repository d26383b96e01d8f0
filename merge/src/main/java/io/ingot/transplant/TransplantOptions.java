package io.ingot.transplant;

import io.ingot.error.IngotException;

/**
 * How rows are made.
 *
 * @param k tokens that a row is composed of
 * @param cosine whether neighbors are near by angle instead of distance
 * @param batch tokens that are worked on at a time; does not show in the result
 * @param noise deviation of normal noise added to made rows
 * @param scale factor of made rows
 * @param maxCandidates shared tokens that rows may be composed of, those of the lowest ids
 * @param threads 0: one per processor
 */
public record TransplantOptions(
    Method method,
    int k,
    boolean cosine,
    Match prefixMatch,
    Match byteMatch,
    int batch,
    double noise,
    double scale,
    int maxCandidates,
    long seed,
    int threads) {
  /** Ways to make a row. */
  public enum Method {
    OMP,
    COMMON_INTERPOLATION,
    MEAN,
    ZERO,
    RANDN,
    JOHN_HEWITT
  }

  public TransplantOptions {
    if (k < 1) {
      throw IngotException.usage("-k: " + k + " is not positive");
    }
    if (maxCandidates < 1) {
      throw IngotException.usage("--max-candidates: " + maxCandidates + " is not positive");
    }
    if (!Double.isFinite(noise) || noise < 0) {
      throw IngotException.usage("--new-vocab-noise: " + noise + " is negative or no number");
    }
    if (!Double.isFinite(scale)) {
      throw IngotException.usage("--new-vocab-scale: " + scale + " is no number");
    }
  }

  /** Whether rows are composed of those of shared tokens. */
  boolean composes() {
    return method == Method.OMP || method == Method.COMMON_INTERPOLATION;
  }
}

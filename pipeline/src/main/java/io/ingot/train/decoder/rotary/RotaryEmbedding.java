package io.ingot.train.decoder.rotary;

/**
 * Angles per position (RoFormer, arXiv:2104.09864). Frequencies are in radians per position, one
 * for each pair of rotated dimensions; computed in double precision, rounded once.
 */
public interface RotaryEmbedding {
  /** Inverse frequencies for a batch whose longest row has {@code length} tokens. */
  double[] frequencies(int length);

  /** What cosine and sine are multiplied by. */
  default double factor(int length) {
    return 1;
  }

  /**
   * Whether {@link #frequencies} differs between lengths; rows of other lengths do not mix then.
   */
  default boolean dependsOnLength() {
    return false;
  }
}

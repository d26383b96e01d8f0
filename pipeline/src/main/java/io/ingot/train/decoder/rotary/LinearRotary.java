package io.ingot.train.decoder.rotary;

/** Positions squeezed by a factor (arXiv:2306.15595): f_i / factor. */
public record LinearRotary(RotaryEmbedding plain, double factor) implements RotaryEmbedding {
  @Override
  public double[] frequencies(int length) {
    double[] f = plain.frequencies(length);
    for (int i = 0; i < f.length; i++) {
      f[i] /= factor;
    }
    return f;
  }
}

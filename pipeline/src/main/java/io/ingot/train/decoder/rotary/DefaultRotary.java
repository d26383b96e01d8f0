package io.ingot.train.decoder.rotary;

/**
 * f_i = theta^(-2i/d).
 *
 * @param dimensions rotated dimensions d of a head
 */
public record DefaultRotary(double theta, int dimensions) implements RotaryEmbedding {
  @Override
  public double[] frequencies(int length) {
    double[] f = new double[dimensions / 2];
    for (int i = 0; i < f.length; i++) {
      f[i] = Math.pow(theta, -2.0 * i / dimensions);
    }
    return f;
  }
}

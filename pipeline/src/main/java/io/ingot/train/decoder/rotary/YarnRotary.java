package io.ingot.train.decoder.rotary;

/**
 * YaRN (arXiv:2309.00071): a ramp between interpolated and plain frequencies.
 *
 * @param attention what cosine and sine are multiplied by
 * @param truncate whether the ends of the ramp are rounded to whole pairs
 */
public record YarnRotary(
    double theta,
    int dimensions,
    double factor,
    double attention,
    double betaFast,
    double betaSlow,
    int original,
    boolean truncate)
    implements RotaryEmbedding {
  @Override
  public double[] frequencies(int length) {
    double low = pair(betaFast);
    double high = pair(betaSlow);
    if (truncate) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, dimensions - 1);
    if (low == high) {
      high += 0.001;
    }
    double[] f = new DefaultRotary(theta, dimensions).frequencies(length);
    for (int i = 0; i < f.length; i++) {
      double ramp = Math.clamp((i - low) / (high - low), 0, 1);
      f[i] = f[i] / factor * ramp + f[i] * (1 - ramp);
    }
    return f;
  }

  /** The pair of dimensions that turns {@code rotations} times within the original context. */
  private double pair(double rotations) {
    return dimensions * Math.log(original / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  @Override
  public double factor(int length) {
    return attention;
  }

  /** 0.1 scale ln(factor) + 1. */
  static double magnitude(double factor, double scale) {
    return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
  }
}

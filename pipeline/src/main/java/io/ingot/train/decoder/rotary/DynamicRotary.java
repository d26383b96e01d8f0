package io.ingot.train.decoder.rotary;

/**
 * Dynamic NTK: beyond {@code limit} tokens the base grows to theta ((factor L / limit) - (factor -
 * 1))^(d / (d - 2)).
 */
public record DynamicRotary(double theta, int dimensions, double factor, int limit)
    implements RotaryEmbedding {
  @Override
  public double[] frequencies(int length) {
    double stretch = factor * Math.max(length, limit) / limit - (factor - 1);
    double base = theta * Math.pow(stretch, dimensions / (dimensions - 2.0));
    return new DefaultRotary(base, dimensions).frequencies(length);
  }

  @Override
  public boolean dependsOnLength() {
    return true;
  }
}

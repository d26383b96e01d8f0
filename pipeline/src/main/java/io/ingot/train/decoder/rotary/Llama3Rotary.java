package io.ingot.train.decoder.rotary;

/**
 * Llama 3.1: long waves are slowed down by {@code factor}, short ones kept, those between blended.
 *
 * @param original context length of the first training
 */
public record Llama3Rotary(
    RotaryEmbedding plain, double factor, double lowFactor, double highFactor, int original)
    implements RotaryEmbedding {
  @Override
  public double[] frequencies(int length) {
    double[] f = plain.frequencies(length);
    for (int i = 0; i < f.length; i++) {
      double wave = 2 * Math.PI / f[i];
      if (wave > original / lowFactor) {
        f[i] /= factor;
      } else if (wave >= original / highFactor) {
        double smooth = (original / wave - lowFactor) / (highFactor - lowFactor);
        f[i] = (1 - smooth) * f[i] / factor + smooth * f[i];
      }
    }
    return f;
  }
}

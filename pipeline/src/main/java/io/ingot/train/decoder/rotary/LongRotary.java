package io.ingot.train.decoder.rotary;

import java.util.List;

/**
 * LongRoPE (arXiv:2402.13753): a divisor for each pair, one set up to {@code original} tokens,
 * another beyond.
 */
public record LongRotary(
    RotaryEmbedding plain,
    List<Double> shortFactors,
    List<Double> longFactors,
    int original,
    double attention)
    implements RotaryEmbedding {
  @Override
  public double[] frequencies(int length) {
    List<Double> divisors = length > original ? longFactors : shortFactors;
    double[] f = plain.frequencies(length);
    for (int i = 0; i < f.length; i++) {
      f[i] /= divisors.get(i);
    }
    return f;
  }

  @Override
  public double factor(int length) {
    return attention;
  }

  @Override
  public boolean dependsOnLength() {
    return true;
  }
}

package io.ingot.merge.method;

/**
 * Trims each difference to its largest magnitudes, elects a sign per element, and averages those
 * that agree. TIES-Merging (arXiv 2306.01708).
 *
 * <pre>
 * merge_method: ties
 * base_model: base
 * models:
 *   - {model: a, parameters: {weight: 0.5, density: 0.5}}
 *   - {model: b, parameters: {weight: 0.5, density: 0.5}}
 * dtype: bfloat16
 * </pre>
 */
public final class Ties extends TaskVectorMethod {
  public Ties() {
    super(
        "ties", "TIES", "https://arxiv.org/abs/2306.01708", new TopMagnitude(), true, true, false);
  }
}

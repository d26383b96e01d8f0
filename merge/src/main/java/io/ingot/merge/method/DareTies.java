package io.ingot.merge.method;

/**
 * DARE's random dropping with the sign election of TIES (arXiv 2311.03099, 2306.01708).
 *
 * <pre>
 * merge_method: dare_ties
 * base_model: base
 * models:
 *   - {model: a, parameters: {weight: 0.5, density: 0.5}}
 *   - {model: b, parameters: {weight: 0.5, density: 0.5}}
 * dtype: bfloat16
 * </pre>
 */
public final class DareTies extends TaskVectorMethod {
  public DareTies() {
    super(
        "dare_ties",
        "DARE TIES",
        "https://arxiv.org/abs/2311.03099",
        new RandomDrop(),
        true,
        false,
        true);
  }
}

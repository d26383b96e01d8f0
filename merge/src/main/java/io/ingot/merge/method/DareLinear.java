package io.ingot.merge.method;

/**
 * Drops elements of each difference at random, rescales the rest, and adds. DARE (arXiv
 * 2311.03099).
 *
 * <pre>
 * merge_method: dare_linear
 * base_model: base
 * models:
 *   - {model: a, parameters: {weight: 0.5, density: 0.5}}
 *   - {model: b, parameters: {weight: 0.5, density: 0.5}}
 * dtype: bfloat16
 * </pre>
 */
public final class DareLinear extends TaskVectorMethod {
  public DareLinear() {
    super(
        "dare_linear",
        "Linear DARE",
        "https://arxiv.org/abs/2311.03099",
        new RandomDrop(),
        false,
        false,
        true);
  }
}

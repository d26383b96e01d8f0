package io.ingot.merge.method;

/**
 * DELLA's dropping without the sign election (arXiv 2406.11617).
 *
 * <pre>
 * merge_method: della_linear
 * base_model: base
 * models:
 *   - {model: a, parameters: {weight: 0.5, density: 0.5, epsilon: 0.1}}
 *   - {model: b, parameters: {weight: 0.5, density: 0.5, epsilon: 0.1}}
 * dtype: bfloat16
 * </pre>
 */
public final class DellaLinear extends TaskVectorMethod {
  public DellaLinear() {
    super(
        "della_linear",
        "Linear DELLA",
        "https://arxiv.org/abs/2406.11617",
        new MagnitudeDrop(),
        false,
        false,
        true);
  }
}

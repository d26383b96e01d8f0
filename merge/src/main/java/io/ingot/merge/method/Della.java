package io.ingot.merge.method;

/**
 * Drops elements at random, the smaller ones more often, elects signs and averages. DELLA-Merging
 * (arXiv 2406.11617).
 *
 * <pre>
 * merge_method: della
 * base_model: base
 * models:
 *   - {model: a, parameters: {weight: 0.5, density: 0.5, epsilon: 0.1}}
 *   - {model: b, parameters: {weight: 0.5, density: 0.5, epsilon: 0.1}}
 * dtype: bfloat16
 * </pre>
 */
public final class Della extends TaskVectorMethod {
  public Della() {
    super(
        "della",
        "DELLA",
        "https://arxiv.org/abs/2406.11617",
        new MagnitudeDrop(),
        true,
        true,
        true);
  }
}

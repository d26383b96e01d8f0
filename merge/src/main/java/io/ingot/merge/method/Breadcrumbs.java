package io.ingot.merge.method;

/**
 * Drops both the largest and the smallest differences, and adds. Model Breadcrumbs (arXiv
 * 2312.06795).
 *
 * <pre>
 * merge_method: breadcrumbs
 * base_model: base
 * models:
 *   - {model: a, parameters: {weight: 0.5, density: 0.9, gamma: 0.01}}
 *   - {model: b, parameters: {weight: 0.5, density: 0.9, gamma: 0.01}}
 * dtype: bfloat16
 * </pre>
 */
public final class Breadcrumbs extends TaskVectorMethod {
  public Breadcrumbs() {
    super(
        "breadcrumbs",
        "Model Breadcrumbs",
        "https://arxiv.org/abs/2312.06795",
        new MagnitudeBand(),
        false,
        false,
        false);
  }
}

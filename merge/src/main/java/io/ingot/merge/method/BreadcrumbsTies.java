package io.ingot.merge.method;

/**
 * The dropping of Model Breadcrumbs with the sign election of TIES (arXiv 2312.06795, 2306.01708).
 *
 * <pre>
 * merge_method: breadcrumbs_ties
 * base_model: base
 * models:
 *   - {model: a, parameters: {weight: 0.5, density: 0.9, gamma: 0.01}}
 *   - {model: b, parameters: {weight: 0.5, density: 0.9, gamma: 0.01}}
 * dtype: bfloat16
 * </pre>
 */
public final class BreadcrumbsTies extends TaskVectorMethod {
  public BreadcrumbsTies() {
    super(
        "breadcrumbs_ties",
        "Model Breadcrumbs with TIES",
        "https://arxiv.org/abs/2312.06795",
        new MagnitudeBand(),
        true,
        false,
        false);
  }
}

package io.ingot.merge.method;

/** The dropping of Model Breadcrumbs with the sign election of TIES (also arXiv 2306.01708). */
@Described(
    title = "Model Breadcrumbs with TIES",
    formula =
        """
        d_i = w_i * (x_i - base dropped as in breadcrumbs)
        s = sign(sum d_i)
        out = base + lambda * sum {d_i of sign s}
        """,
    paper = "https://arxiv.org/abs/2312.06795",
    example =
        """
        merge_method: breadcrumbs_ties
        base_model: base
        models:
          - {model: a, parameters: {weight: 0.5, density: 0.9, gamma: 0.01}}
          - {model: b, parameters: {weight: 0.5, density: 0.9, gamma: 0.01}}
        dtype: bfloat16
        """)
public final class BreadcrumbsTies extends TaskVectorMethod {
  public BreadcrumbsTies() {
    super("breadcrumbs_ties", new MagnitudeBand(), true, false, false);
  }
}

package io.ingot.merge.method;

/** Drops both the largest and the smallest differences, and adds. Model Breadcrumbs. */
@Described(
    title = "Model Breadcrumbs",
    formula =
        """
        out = base + lambda * sum w_i * (x_i - base without its gamma * n largest elements
          and without all but the density * n largest of the rest)
        """,
    paper = "https://arxiv.org/abs/2312.06795",
    example =
        """
        merge_method: breadcrumbs
        base_model: base
        models:
          - {model: a, parameters: {weight: 0.5, density: 0.9, gamma: 0.01}}
          - {model: b, parameters: {weight: 0.5, density: 0.9, gamma: 0.01}}
        dtype: bfloat16
        """)
public final class Breadcrumbs extends TaskVectorMethod {
  public Breadcrumbs() {
    super("breadcrumbs", new MagnitudeBand(), false, false, false);
  }
}

package io.ingot.merge.method;

/** DELLA's dropping without the sign election. */
@Described(
    title = "Linear DELLA",
    formula = "out = base + lambda * sum w_i * (x_i - base dropped and rescaled as in della)",
    paper = "https://arxiv.org/abs/2406.11617",
    example =
        """
        merge_method: della_linear
        base_model: base
        models:
          - {model: a, parameters: {weight: 0.5, density: 0.5, epsilon: 0.1}}
          - {model: b, parameters: {weight: 0.5, density: 0.5, epsilon: 0.1}}
        dtype: bfloat16
        """)
public final class DellaLinear extends TaskVectorMethod {
  public DellaLinear() {
    super("della_linear", new MagnitudeDrop(), false, false, true);
  }
}

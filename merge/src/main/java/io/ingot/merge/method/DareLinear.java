package io.ingot.merge.method;

/** Drops elements of each difference at random, rescales the rest, and adds. */
@Described(
    title = "Linear DARE",
    formula =
        """
        out = base + lambda * sum w_i * (each element of x_i - base with probability
          density, rescaled to the same L1 norm)
        """,
    paper = "https://arxiv.org/abs/2311.03099",
    example =
        """
        merge_method: dare_linear
        base_model: base
        models:
          - {model: a, parameters: {weight: 0.5, density: 0.5}}
          - {model: b, parameters: {weight: 0.5, density: 0.5}}
        dtype: bfloat16
        """)
public final class DareLinear extends TaskVectorMethod {
  public DareLinear() {
    super("dare_linear", new RandomDrop(), false, false, true);
  }
}

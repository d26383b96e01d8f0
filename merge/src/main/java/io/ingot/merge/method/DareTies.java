package io.ingot.merge.method;

/** DARE's random dropping with the sign election of TIES (also arXiv 2306.01708). */
@Described(
    title = "DARE TIES",
    formula =
        """
        d_i = w_i * (each element of x_i - base with probability density, rescaled to the
          same L1 norm)
        s = sign(sum d_i)
        out = base + lambda * sum {d_i of sign s}
        """,
    paper = "https://arxiv.org/abs/2311.03099",
    example =
        """
        merge_method: dare_ties
        base_model: base
        models:
          - {model: a, parameters: {weight: 0.5, density: 0.5}}
          - {model: b, parameters: {weight: 0.5, density: 0.5}}
        dtype: bfloat16
        """)
public final class DareTies extends TaskVectorMethod {
  public DareTies() {
    super("dare_ties", new RandomDrop(), true, false, true);
  }
}

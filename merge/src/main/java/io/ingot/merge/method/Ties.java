package io.ingot.merge.method;

/**
 * Trims each difference to its largest magnitudes, elects a sign per element, and averages those
 * that agree. TIES-Merging.
 */
@Described(
    title = "TIES",
    formula =
        """
        d_i = w_i * (the density * n largest elements of x_i - base)
        s = sign(sum d_i)
        out = base + lambda * sum {d_i of sign s} / sum {their w_i}
        """,
    paper = "https://arxiv.org/abs/2306.01708",
    example =
        """
        merge_method: ties
        base_model: base
        models:
          - {model: a, parameters: {weight: 0.5, density: 0.5}}
          - {model: b, parameters: {weight: 0.5, density: 0.5}}
        dtype: bfloat16
        """)
public final class Ties extends TaskVectorMethod {
  public Ties() {
    super("ties", new TopMagnitude(), true, true, false);
  }
}

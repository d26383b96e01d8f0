package io.ingot.merge.method;

/**
 * Drops elements at random, the smaller ones more often, elects signs and averages. DELLA- Merging.
 */
@Described(
    title = "DELLA",
    formula =
        """
        d_i = w_i * (each element of x_i - base with probability density - epsilon for the
          smallest of its row to density + epsilon for the largest, rescaled to the same L1
          norm)
        s = sign(sum d_i)
        out = base + lambda * sum {d_i of sign s} / sum {their w_i}
        """,
    paper = "https://arxiv.org/abs/2406.11617",
    example =
        """
        merge_method: della
        base_model: base
        models:
          - {model: a, parameters: {weight: 0.5, density: 0.5, epsilon: 0.1}}
          - {model: b, parameters: {weight: 0.5, density: 0.5, epsilon: 0.1}}
        dtype: bfloat16
        """)
public final class Della extends TaskVectorMethod {
  public Della() {
    super("della", new MagnitudeDrop(), true, true, true);
  }
}

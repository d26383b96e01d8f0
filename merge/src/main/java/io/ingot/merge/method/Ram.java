package io.ingot.merge.method;

/**
 * Differences that only one model has are added whole, shared ones are averaged. Reinforced Agent
 * Merging.
 */
@Described(
    title = "RAM",
    formula =
        """
        V_i = x_i - base where it exceeds epsilon
        out = base + V_i where one model has any, + mean V_i where several have
        """,
    paper = "https://arxiv.org/abs/2601.13572",
    example =
        """
        merge_method: ram
        base_model: base
        models: [{model: a}, {model: b}]
        dtype: bfloat16
        """)
public final class Ram extends ReinforcedMerge {
  public Ram() {
    super("ram", false);
  }
}

package io.ingot.merge.method;

/** RAM whose unshared differences are strengthened, the more the model shares. RAM+. */
@Described(
    title = "RAM+ (tensor-local)",
    formula =
        """
        as ram, with V_i of one model alone times 1 + r * min(rho_i, alpha), rho_i = its
          shared / its unshared elements
        """,
    paper = "https://arxiv.org/abs/2601.13572",
    example =
        """
        merge_method: ramplus_tl
        base_model: base
        models: [{model: a}, {model: b}]
        parameters: {r: 0.1, alpha: 0.2}
        dtype: bfloat16
        """)
public final class RamPlus extends ReinforcedMerge {
  public RamPlus() {
    super("ramplus_tl", true);
  }
}

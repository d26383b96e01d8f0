package io.ingot.merge.method;

/**
 * RAM whose unshared differences are strengthened by 1 + r * min(rho, alpha), rho the ratio of
 * shared to unshared ones of the model. RAM+ (arXiv 2601.13572).
 *
 * <pre>
 * merge_method: ramplus_tl
 * base_model: base
 * models: [{model: a}, {model: b}]
 * parameters: {r: 0.1, alpha: 0.2}
 * dtype: bfloat16
 * </pre>
 */
public final class RamPlus extends ReinforcedMerge {
  public RamPlus() {
    super("ramplus_tl", "RAM+ (tensor-local)", true);
  }
}

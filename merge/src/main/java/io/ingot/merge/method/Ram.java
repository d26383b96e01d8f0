package io.ingot.merge.method;

/**
 * Differences that only one model has are added whole, shared ones are averaged. Reinforced Agent
 * Merging (arXiv 2601.13572).
 *
 * <pre>
 * merge_method: ram
 * base_model: base
 * models: [{model: a}, {model: b}]
 * dtype: bfloat16
 * </pre>
 */
public final class Ram extends ReinforcedMerge {
  public Ram() {
    super("ram", "RAM", false);
  }
}

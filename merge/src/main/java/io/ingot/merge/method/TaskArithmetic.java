package io.ingot.merge.method;

/**
 * base + lambda * sum w_i (x_i - base). Editing Models with Task Arithmetic (arXiv 2212.04089).
 *
 * <pre>
 * merge_method: task_arithmetic
 * base_model: base
 * models:
 *   - {model: a, parameters: {weight: 0.5}}
 *   - {model: b, parameters: {weight: 0.5}}
 * dtype: bfloat16
 * </pre>
 */
public final class TaskArithmetic extends TaskVectorMethod {
  public TaskArithmetic() {
    super(
        "task_arithmetic",
        "Task Arithmetic",
        "https://arxiv.org/abs/2212.04089",
        null,
        false,
        false,
        false);
  }
}

package io.ingot.merge.method;

/** Adds weighted differences from the base. Editing Models with Task Arithmetic. */
@Described(
    title = "Task Arithmetic",
    formula = "out = base + lambda * sum w_i (x_i - base)",
    paper = "https://arxiv.org/abs/2212.04089",
    example =
        """
        merge_method: task_arithmetic
        base_model: base
        models:
          - {model: a, parameters: {weight: 0.5}}
          - {model: b, parameters: {weight: 0.5}}
        dtype: bfloat16
        """)
public final class TaskArithmetic extends TaskVectorMethod {
  public TaskArithmetic() {
    super("task_arithmetic", null, false, false, false);
  }
}

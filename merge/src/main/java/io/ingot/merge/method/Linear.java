package io.ingot.merge.method;

import io.ingot.tensor.DType;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import java.util.List;
import java.util.Optional;

/** Weighted averages, as in model soups. The base has no special part. */
@Described(
    title = "Linear",
    formula = "out = sum w_i x_i / sum w_i; without the division when normalize is off",
    paper = "https://arxiv.org/abs/2203.05482",
    example =
        """
        merge_method: linear
        models:
          - {model: a, parameters: {weight: 0.6}}
          - {model: b, parameters: {weight: 0.4}}
        dtype: bfloat16
        """)
public final class Linear implements MergeMethod {
  @Override
  public String name() {
    return "linear";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(
        Parameter.ofModel("weight", "share of the model"),
        Parameter.flag("normalize", true, "divide by the sum of the weights"));
  }

  @Override
  public BaseRole baseRole() {
    return BaseRole.INPUT;
  }

  @Override
  public Optional<Outcome> plan(TensorMerge tensor) {
    tensor.cutEmbeddings();
    for (Operand operand : tensor.operands()) {
      if (operand.optional("weight") == null) {
        throw tensor.fail(
            "the base model "
                + operand.model()
                + " takes part in a linear merge and needs a weight; list it under models");
      }
    }
    double sum = tensor.operands().stream().mapToDouble(o -> o.number("weight")).sum();
    if (sum == 0 && tensor.flag("normalize") && !tensor.compatible()) {
      throw tensor.fail(
          "the weights sum to 0, by which nothing can be divided; 'normalize: false'");
    }
    return Optional.of(new Outcome(tensor.commonType(), tensor.commonShape()));
  }

  @Override
  public void merge(TensorMerge tensor) {
    List<Operand> operands = tensor.operands();
    DType dtype = tensor.commonType();
    Rounding rounding = Rounding.of(dtype);
    float[] weights = new float[operands.size()];
    float sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = rounding.apply(operands.get(i).number("weight"));
      sum += weights[i];
    }
    float divisor = rounding.apply(sum);
    boolean normalize = tensor.flag("normalize");
    Pass.write(
        tensor,
        operands,
        (in, out, count, position, temporaries) -> {
          for (int i = 0; i < in.length; i++) {
            Kernels.scale(in[i], in[i], weights[i], count);
            Kernels.round(rounding, in[i], count);
          }
          Sums.across(in, out, count);
          Kernels.round(rounding, out, count);
          if (normalize) {
            Kernels.divide(out, out, divisor, count);
            Kernels.round(rounding, out, count);
          }
        });
  }
}

package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Reductions;
import io.ingot.tensor.Rounding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Select, calculate, erase: keep the positions where the differences from the base vary most
 * between models, weigh each model by the mean square of what is left, erase what disagrees with
 * the sign of the sum. FuseChat.
 */
@Described(
    title = "SCE",
    formula =
        """
        V_i = x_i - base where the variance over the models is among the select_topk
          largest, else 0
        g_i = mean(V_i^2) / sum of all
        out = base + sum {g_i V_i of the sign of sum V_i} / sum {their g_i}
        """,
    paper = "https://arxiv.org/abs/2408.07990",
    example =
        """
        merge_method: sce
        base_model: base
        models: [{model: a}, {model: b}]
        parameters: {select_topk: 0.5}
        dtype: bfloat16
        """)
public final class Sce implements MergeMethod {
  @Override
  public String name() {
    return "sce";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(
        Parameter.number("select_topk", 1.0, "share of the positions that is kept"),
        Parameter.flag("int8_mask", false, "accepted for compatibility; has no effect"));
  }

  @Override
  public BaseRole baseRole() {
    return BaseRole.REQUIRED;
  }

  @Override
  public Optional<Outcome> plan(TensorMerge tensor) {
    Operand base = tensor.requireBase();
    Outcome outcome = new Outcome(tensor.commonType(), tensor.commonShape());
    if (tensor.compatible() && !tensor.others().isEmpty() && nothingSelected(tensor)) {
      // mergekit's mask has one dimension too many then, and the base is written once per model.
      TensorData stacked = new StackedBase(base.data(), tensor.others().size());
      tensor.replaceOperands(List.of(base.with(stacked)));
      return Optional.of(new Outcome(outcome.dtype(), stacked.shape()));
    }
    return Optional.of(outcome);
  }

  /** Whether not one position is selected; reads weights, as far as needed. */
  private static boolean nothingSelected(TensorMerge tensor) {
    double share = tensor.number("select_topk");
    return share < 1
        && new VarianceSelection(tensor, inputs(tensor), rounding(tensor)).isEmpty(share);
  }

  /** The models, the base last. */
  private static List<Operand> inputs(TensorMerge tensor) {
    List<Operand> operands = new ArrayList<>(tensor.others());
    operands.add(tensor.requireBase());
    return operands;
  }

  private static Rounding rounding(TensorMerge tensor) {
    return Rounding.of(tensor.commonType());
  }

  @Override
  public double scratchBytes(TensorMerge tensor) {
    return tensor.number("select_topk") < 1 ? 4.125 : 0;
  }

  @Override
  public void merge(TensorMerge tensor) {
    Operand base = tensor.requireBase();
    List<Operand> others = tensor.others();
    if (others.isEmpty()) {
      Copy.write(tensor, base, null);
      return;
    }
    Rounding r = rounding(tensor);
    List<Operand> operands = inputs(tensor);
    int n = others.size();
    Selection kept =
        tensor.number("select_topk") < 1
            ? new VarianceSelection(tensor, operands, r).select(tensor.number("select_topk"))
            : Selection.ALL;
    if (kept.bits() != null && kept.bits().length == 0) {
      Copy.write(tensor, base, null);
      return;
    }
    float[] g = weights(tensor, operands, r, kept);
    float floor = r.apply(1e-6f);
    Pass.write(
        tensor,
        operands,
        (in, out, count, position, temporaries) -> {
          Arithmetic arithmetic = new Arithmetic(r, count);
          float[] majority = temporaries.get(0);
          float[] weight = temporaries.get(1);
          float[] divisor = temporaries.get(2);
          differences(in, n, r, kept, count, position);
          Sums.across(in, n, majority, count);
          arithmetic.round(majority);
          Arrays.fill(out, 0, count, 0f);
          Arrays.fill(divisor, 0, count, 0f);
          for (int k = 0; k < n; k++) {
            Kernels.agreement(weight, in[k], majority, g[k], count);
            Kernels.add(divisor, divisor, weight, count);
            arithmetic.multiply(in[k], in[k], weight);
            Kernels.add(out, out, in[k], count);
          }
          arithmetic.round(out);
          arithmetic.round(divisor);
          Kernels.atLeast(divisor, floor, count);
          arithmetic.divide(out, out, divisor);
          arithmetic.add(out, in[n], out);
        });
  }

  private static void differences(
      float[][] in, int n, Rounding r, Selection kept, int count, long position) {
    for (int k = 0; k < n; k++) {
      Kernels.subtract(in[k], in[k], in[n], count);
      Kernels.round(r, in[k], count);
      kept.mask(in[k], count, position);
    }
  }

  /** Mean squares, divided by their sum; equal when that is tiny. */
  private static float[] weights(
      TensorMerge tensor, List<Operand> operands, Rounding r, Selection kept) {
    int n = operands.size() - 1;
    double[] squares =
        Pass.reduce(
            tensor,
            operands,
            n,
            (in, sums, count, position, temporaries) -> {
              differences(in, n, r, kept, count, position);
              for (int k = 0; k < n; k++) {
                new Arithmetic(r, count).multiply(in[k], in[k], in[k]);
                sums[k] += Reductions.sum(in[k], count);
              }
            });
    float[] g = new float[n];
    float sum = 0;
    for (int k = 0; k < n; k++) {
      g[k] = r.apply((float) squares[k] / operands.getFirst().elements());
      sum += g[k];
    }
    float total = r.apply(sum);
    for (int k = 0; k < n; k++) {
      g[k] = Math.abs(total) < 1e-6 ? r.apply(1f / n) : r.apply(g[k] / total);
    }
    return g;
  }
}

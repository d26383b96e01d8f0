package io.ingot.merge.method;

import io.ingot.tensor.DType;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What RAM and RAM+ share: who differs where from the base, by more than epsilon. */
abstract class ReinforcedMerge implements MergeMethod {
  private final String name;
  private final boolean strengthen;

  ReinforcedMerge(String name, boolean strengthen) {
    this.name = name;
    this.strengthen = strengthen;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    parameters.add(Parameter.number("epsilon", 1e-5, "smaller differences count as none"));
    if (strengthen) {
      parameters.add(Parameter.number("r", 0.1, "strength"));
      parameters.add(Parameter.number("alpha", 0.2, "largest ratio that counts"));
    }
    return parameters;
  }

  @Override
  public final BaseRole baseRole() {
    return BaseRole.REQUIRED;
  }

  @Override
  public final Optional<Outcome> plan(TensorMerge tensor) {
    tensor.requireBase();
    DType common = tensor.commonType();
    boolean widened = strengthen && tensor.compatible() && !tensor.others().isEmpty();
    return Optional.of(new Outcome(widened ? DType.F32 : common, tensor.commonShape()));
  }

  @Override
  public final void merge(TensorMerge tensor) {
    Operand base = tensor.requireBase();
    List<Operand> others = tensor.others();
    if (others.isEmpty()) {
      Copy.write(tensor, base, null);
      return;
    }
    List<Operand> operands = new ArrayList<>(others);
    operands.add(base);
    Rounding r = Rounding.of(tensor.commonType());
    // A tensor is compared with a number in the dtype of the tensor.
    float epsilon = r.apply(tensor.number("epsilon"));
    float[] factors = strengthen ? factors(tensor, operands, r, epsilon) : new float[0];
    int models = others.size();
    Rounding end = strengthen ? Rounding.F32 : r;
    Pass.write(
        tensor,
        operands,
        (in, out, count, position, temporaries) -> {
          float[] sharers = differences(in, count, r, epsilon, temporaries.get(0));
          float[] part = temporaries.get(1);
          float[] divisor = temporaries.get(2);
          float[] origin = in[models];
          System.arraycopy(sharers, 0, divisor, 0, count);
          Kernels.atLeast(divisor, 1, count);
          java.util.Arrays.fill(out, 0, count, 0f);
          for (int m = 0; m < models; m++) {
            new Arithmetic(r, count).divide(part, in[m], divisor);
            float factor = strengthen ? factors[m] : 1;
            Kernels.scaleWhere(part, sharers, 1, factor, count);
            Kernels.addActive(out, part, in[m], epsilon, count);
          }
          Kernels.round(end, out, count);
          Kernels.add(out, origin, out, count);
          Kernels.round(end, out, count);
        });
  }

  /** Makes the differences in place, and counts who has one. */
  private static float[] differences(
      float[][] in, int count, Rounding r, float epsilon, float[] sharers) {
    int models = in.length - 1;
    java.util.Arrays.fill(sharers, 0, count, 0f);
    for (int m = 0; m < models; m++) {
      Kernels.subtract(in[m], in[m], in[models], count);
      Kernels.round(r, in[m], count);
      Kernels.countActive(sharers, in[m], epsilon, count);
    }
    return sharers;
  }

  private static float[] factors(
      TensorMerge tensor, List<Operand> operands, Rounding r, float epsilon) {
    int models = operands.size() - 1;
    double[] counts =
        Pass.reduce(
            tensor,
            operands,
            2 * models,
            (in, sums, count, position, temporaries) -> {
              float[] sharers = differences(in, count, r, epsilon, temporaries.get(0));
              for (int m = 0; m < models; m++) {
                int unique = 0;
                int shared = 0;
                for (int i = 0; i < count; i++) {
                  boolean active = Math.abs(in[m][i]) > epsilon;
                  unique += active && sharers[i] == 1 ? 1 : 0;
                  shared += active && sharers[i] > 1 ? 1 : 0;
                }
                sums[2 * m] += unique;
                sums[2 * m + 1] += shared;
              }
            });
    float strength = (float) tensor.number("r");
    float floor = (float) tensor.number("epsilon");
    float alpha = (float) tensor.number("alpha");
    float[] factors = new float[models];
    for (int m = 0; m < models; m++) {
      float rho = (float) counts[2 * m + 1] / Math.max((float) counts[2 * m], floor);
      factors[m] = 1 + strength * Math.clamp(rho, 0f, alpha);
    }
    return factors;
  }
}

package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import java.util.List;
import java.util.Optional;

/** The other model where it is near, the base where it is far. */
@Described(
    title = "NearSwap",
    formula = "out = w * x + (1 - w) * base with w = min(1, t / |base - x|)",
    paper = "https://huggingface.co/alchemonaut/QuartetAnemoi-70B-t0.0001",
    example =
        """
        merge_method: nearswap
        base_model: a
        models: [{model: b}]
        parameters: {t: 0.0001}
        dtype: bfloat16
        """)
public final class NearSwap implements MergeMethod {
  @Override
  public String name() {
    return "nearswap";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(Parameter.number("t", "distance up to which the other model is taken whole"));
  }

  @Override
  public BaseRole baseRole() {
    return BaseRole.REQUIRED;
  }

  @Override
  public Optional<Outcome> plan(TensorMerge tensor) {
    if (tensor.others().isEmpty()) {
      return Optional.of(new Outcome(tensor.requireBase().dtype(), tensor.requireBase().shape()));
    }
    if (tensor.others().size() != 1) {
      throw tensor.fail(
          "nearswap takes the base and exactly one other model, but %d others are given"
              .formatted(tensor.others().size()));
    }
    tensor.requireBase();
    return Optional.of(new Outcome(tensor.commonType(), tensor.commonShape()));
  }

  @Override
  public void merge(TensorMerge tensor) {
    Operand base = tensor.requireBase();
    if (tensor.others().isEmpty()) {
      Copy.write(tensor, base, null);
      return;
    }
    float t = (float) tensor.number("t");
    Rounding rounding = Rounding.of(tensor.commonType());
    Pass.write(
        tensor,
        List.of(base, tensor.others().getFirst()),
        (in, out, count, position, temporaries) -> {
          float[] a = in[0];
          float[] b = in[1];
          float[] weight = temporaries.get(0);
          Kernels.subtract(weight, a, b, count);
          Kernels.round(rounding, weight, count);
          float floor = rounding.apply(1e-6f);
          for (int i = 0; i < count; i++) {
            weight[i] = 1 / Math.max(Math.abs(weight[i]), floor);
          }
          Kernels.round(rounding, weight, count);
          Kernels.scale(weight, weight, t, count);
          Kernels.round(rounding, weight, count);
          for (int i = 0; i < count; i++) {
            weight[i] = Math.min(Math.max(weight[i], 0), 1);
            b[i] *= weight[i];
            weight[i] = 1 - weight[i];
          }
          Kernels.round(rounding, b, count);
          Kernels.round(rounding, weight, count);
          Kernels.multiply(a, weight, a, count);
          Kernels.round(rounding, a, count);
          Kernels.add(out, b, a, count);
          Kernels.round(rounding, out, count);
        });
  }
}

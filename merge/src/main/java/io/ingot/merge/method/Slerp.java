package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Reductions;
import io.ingot.tensor.Rounding;
import java.util.List;
import java.util.Optional;

/**
 * Spherical interpolation of two models, always in float32 (Shoemake, Animating rotation with
 * quaternion curves, 1985).
 */
@Described(
    title = "SLERP",
    formula =
        """
        out = sin((1 - t) a) / sin a * base + sin(t a) / sin a * x, a the angle between the
          whole tensors
        (1 - t) * base + t * x where |cos a| > 0.9995
        """,
    paper = "https://en.wikipedia.org/wiki/Slerp",
    example =
        """
        merge_method: slerp
        base_model: a
        models: [{model: a}, {model: b}]
        parameters: {t: 0.5}
        dtype: bfloat16
        """)
public final class Slerp implements MergeMethod {
  private static final double PARALLEL = 0.9995;

  @Override
  public String name() {
    return "slerp";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(Parameter.number("t", "0 is the base, 1 the other model"));
  }

  @Override
  public BaseRole baseRole() {
    return BaseRole.REQUIRED;
  }

  @Override
  public Optional<Outcome> plan(TensorMerge tensor) {
    if (tensor.operands().size() == 1) {
      Operand only = tensor.operands().getFirst();
      return Optional.of(new Outcome(only.dtype(), only.shape()));
    }
    if (tensor.operands().size() != 2) {
      throw tensor.fail(
          "slerp merges exactly two models, but " + tensor.operands().size() + " are given");
    }
    tensor.requireBase();
    tensor.cutEmbeddings();
    return Optional.of(new Outcome(tensor.requireBase().dtype(), tensor.commonShape()));
  }

  @Override
  public void merge(TensorMerge tensor) {
    if (tensor.operands().size() == 1) {
      Copy.write(tensor, tensor.operands().getFirst(), null);
      return;
    }
    Operand base = tensor.requireBase();
    List<Operand> pair = List.of(base, tensor.others().getFirst());
    double t = tensor.number("t");
    float[] factors = factors(tensor, pair, t);
    Rounding rounding = Rounding.of(base.dtype());
    float s0 = factors[0];
    float s1 = factors[1];
    Pass.write(
        tensor,
        pair,
        (in, out, count, position, temporaries) -> {
          float[] a = in[0];
          float[] b = in[1];
          for (int i = 0; i < count; i++) {
            out[i] = s0 * a[i] + s1 * b[i];
          }
          Kernels.round(rounding, out, count);
        });
  }

  private static float[] factors(TensorMerge tensor, List<Operand> pair, double t) {
    double[] squares =
        Pass.reduce(
            tensor,
            pair,
            2,
            (in, sums, count, position, temporaries) -> {
              sums[0] += Reductions.dot(in[0], in[0], count);
              sums[1] += Reductions.dot(in[1], in[1], count);
            });
    float n0 = (float) Math.sqrt((float) squares[0]);
    float n1 = (float) Math.sqrt((float) squares[1]);
    float d0 = n0 > 1e-8 ? n0 : 1;
    float d1 = n1 > 1e-8 ? n1 : 1;
    double product =
        Pass.reduce(
            tensor,
            pair,
            1,
            (in, sums, count, position, temporaries) -> {
              Kernels.divide(in[0], in[0], d0, count);
              Kernels.divide(in[1], in[1], d1, count);
              sums[0] += Reductions.dot(in[0], in[1], count);
            })[0];
    float dot = (float) product;
    if (Math.abs(dot) > PARALLEL) {
      return new float[] {(float) (1 - t), (float) t};
    }
    float angle = (float) Math.acos(dot);
    float sine = (float) Math.sin(angle);
    float part = angle * (float) t;
    return new float[] {(float) Math.sin(angle - part) / sine, (float) Math.sin(part) / sine};
  }
}

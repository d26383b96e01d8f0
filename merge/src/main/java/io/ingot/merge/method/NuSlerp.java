package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Spherical interpolation of two models, or of their differences from a base; of whole tensors, of
 * rows, or of columns. All steps in the dtype of the tensors.
 */
@Described(
    title = "NuSLERP",
    formula =
        """
        out = slerp(x_0, x_1, t) with t = w_1 / (w_0 + w_1)
        with a base: base + slerp(x_0 - base, x_1 - base, t)
        """,
    example =
        """
        merge_method: nuslerp
        models:
          - {model: a, parameters: {weight: 0.3}}
          - {model: b, parameters: {weight: 0.7}}
        dtype: bfloat16
        """)
public final class NuSlerp implements MergeMethod {
  private static final double SMALL = 1e-8;

  @Override
  public String name() {
    return "nuslerp";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(
        Parameter.ofModel("weight", "share of the model"),
        Parameter.flag("nuslerp_flatten", true, "interpolate whole tensors"),
        Parameter.flag(
            "nuslerp_row_wise",
            false,
            "without flattening: along the first dimension instead of the last"));
  }

  @Override
  public BaseRole baseRole() {
    return BaseRole.OPTIONAL;
  }

  @Override
  public Optional<Outcome> plan(TensorMerge tensor) {
    if (tensor.operands().size() == 1) {
      Operand only = tensor.operands().getFirst();
      return Optional.of(new Outcome(only.dtype(), only.shape()));
    }
    if (tensor.hasBaseModel() && tensor.base() == null) {
      throw tensor.fail("the base model does not have this tensor");
    }
    if (tensor.others().size() != 2) {
      throw tensor.fail(
          "nuslerp merges exactly two models, with or without a base, but %d are given"
              .formatted(tensor.others().size()));
    }
    tensor.cutEmbeddings();
    return Optional.of(new Outcome(tensor.commonType(), tensor.commonShape()));
  }

  @Override
  public void merge(TensorMerge tensor) {
    if (tensor.operands().size() == 1) {
      Copy.write(tensor, tensor.operands().getFirst(), null);
      return;
    }
    List<Operand> pair = tensor.others();
    double w0 = pair.get(0).number("weight");
    double w1 = pair.get(1).number("weight");
    double t = Math.abs(w0 + w1) < 1e-6 ? 0.5 : w1 / (w0 + w1);
    List<Operand> operands = new ArrayList<>(pair);
    Operand base = tensor.base();
    if (base != null) {
      operands.add(base);
    }
    Rounding rounding = Rounding.of(tensor.commonType());
    VectorLayout layout =
        VectorLayout.of(
            pair.getFirst().shape(),
            tensor.flag("nuslerp_flatten"),
            tensor.flag("nuslerp_row_wise"));
    float[][] factors = factors(tensor, operands, layout, rounding, t);
    Pass.write(
        tensor,
        operands,
        (in, out, count, position, temporaries) -> {
          subtractBase(in, count, rounding);
          float[] a = in[0];
          float[] b = in[1];
          for (int i = 0; i < count; i++) {
            float[] f = factors[layout.vector(position + i)];
            float x = rounding.apply(f[0] * a[i]);
            float y = rounding.apply(f[1] * b[i]);
            float sum = rounding.apply(x + y);
            out[i] = f[2] == 0 ? sum : rounding.apply(sum / f[2]);
          }
          if (in.length == 3) {
            Kernels.add(out, in[2], out, count);
            Kernels.round(rounding, out, count);
          }
        });
  }

  private static void subtractBase(float[][] in, int count, Rounding rounding) {
    if (in.length == 3) {
      for (int m = 0; m < 2; m++) {
        Kernels.subtract(in[m], in[m], in[2], count);
        Kernels.round(rounding, in[m], count);
      }
    }
  }

  /** For each vector: factors of both models, and the sine to divide by (0: nothing). */
  private static float[][] factors(
      TensorMerge tensor, List<Operand> operands, VectorLayout layout, Rounding r, double t) {
    double[] squares =
        layout.reduce(
            tensor,
            operands,
            2,
            (in, count) -> subtractBase(in, count, r),
            (x, y, vector, sums) -> {
              sums[0] += (double) x * x;
              sums[1] += (double) y * y;
            });
    int vectors = layout.vectors();
    float[] n0 = new float[vectors];
    float[] n1 = new float[vectors];
    for (int v = 0; v < vectors; v++) {
      n0[v] = Math.max(r.apply(Math.sqrt(squares[2 * v])), r.apply(1e-7));
      n1[v] = Math.max(r.apply(Math.sqrt(squares[2 * v + 1])), r.apply(1e-7));
    }
    double[] products =
        layout.reduce(
            tensor,
            operands,
            1,
            (in, count) -> subtractBase(in, count, r),
            (x, y, vector, sums) ->
                sums[0] += (double) r.apply(r.apply(x / n0[vector]) * r.apply(y / n1[vector])));
    float[][] factors = new float[vectors][];
    for (int v = 0; v < vectors; v++) {
      float cosine = Math.clamp(r.apply(products[v]), -1f, 1f);
      float angle = r.apply((float) Math.acos(cosine));
      float sine = r.apply((float) Math.sin(angle));
      factors[v] =
          Math.abs(sine) < SMALL
              ? new float[] {(float) (1 - t), (float) t, 0}
              : new float[] {
                r.apply((float) Math.sin(r.apply((float) (1 - t) * angle))),
                r.apply((float) Math.sin(r.apply((float) t * angle))),
                sine
              };
    }
    return factors;
  }
}

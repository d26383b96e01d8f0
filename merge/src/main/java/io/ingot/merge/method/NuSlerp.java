package io.ingot.merge.method;

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
    Factors factors = factors(tensor, operands, layout, rounding, t);
    Pass.write(
        tensor,
        operands,
        (in, out, count, position, temporaries) -> {
          Arithmetic r = new Arithmetic(rounding, count);
          float[] factor = temporaries.get(0);
          subtractBase(in, r);
          layout.spread(factors.first, position, factor, count);
          r.multiply(in[0], in[0], factor);
          layout.spread(factors.second, position, factor, count);
          r.multiply(in[1], in[1], factor);
          r.add(out, in[0], in[1]);
          layout.spread(factors.divisor, position, factor, count);
          r.divide(out, out, factor);
          if (in.length == 3) {
            r.add(out, in[2], out);
          }
        });
  }

  /** For each vector the factors of both models, and what their sum is divided by. */
  private record Factors(float[] first, float[] second, float[] divisor) {}

  private static void subtractBase(float[][] in, Arithmetic r) {
    if (in.length == 3) {
      r.subtract(in[0], in[0], in[2]);
      r.subtract(in[1], in[1], in[2]);
    }
  }

  private static Factors factors(
      TensorMerge tensor, List<Operand> operands, VectorLayout layout, Rounding r, double t) {
    double[] squares =
        layout.reduce(
            tensor,
            operands,
            2,
            (in, sums, count, position, temporaries) -> {
              subtractBase(in, new Arithmetic(r, count));
              sums.addProduct(0, in[0], in[0]);
              sums.addProduct(1, in[1], in[1]);
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
            (in, sums, count, position, temporaries) -> {
              Arithmetic arithmetic = new Arithmetic(r, count);
              float[] norm = temporaries.get(0);
              subtractBase(in, arithmetic);
              layout.spread(n0, position, norm, count);
              arithmetic.divide(in[0], in[0], norm);
              layout.spread(n1, position, norm, count);
              arithmetic.divide(in[1], in[1], norm);
              arithmetic.multiply(in[0], in[0], in[1]);
              sums.add(0, in[0]);
            });
    Factors factors = new Factors(new float[vectors], new float[vectors], new float[vectors]);
    for (int v = 0; v < vectors; v++) {
      float cosine = Math.clamp(r.apply(products[v]), -1f, 1f);
      float angle = r.apply((float) Math.acos(cosine));
      float sine = r.apply((float) Math.sin(angle));
      boolean straight = Math.abs(sine) < SMALL;
      factors.first[v] =
          straight ? (float) (1 - t) : r.apply((float) Math.sin(r.apply((float) (1 - t) * angle)));
      factors.second[v] =
          straight ? (float) t : r.apply((float) Math.sin(r.apply((float) t * angle)));
      factors.divisor[v] = straight ? 1 : sine;
    }
    return factors;
  }
}

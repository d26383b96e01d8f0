package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Reductions;
import io.ingot.tensor.Rounding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A weighted mean on the sphere: project the unit vectors on the tangent plane at their mean
 * direction, average there, project back, scale by the mean norm.
 */
@Described(
    title = "Multi-SLERP",
    formula =
        """
        u_i = x_i / |x_i|
        m = sum w_i u_i, made a unit
        T = sum w_i (u_i - <u_i, m> m)
        out = (m cos |T| + T sin |T| / |T|) * sum w_i |x_i|
        with a base: of the differences, added to it
        """,
    paper = "https://goddard.blog/posts/multislerp-wow-what-a-cool-idea",
    example =
        """
        merge_method: multislerp
        models:
          - {model: a, parameters: {weight: 1.0}}
          - {model: b, parameters: {weight: 0.5}}
          - {model: c, parameters: {weight: 0.5}}
        dtype: float32
        """)
public final class MultiSlerp implements MergeMethod {
  @Override
  public String name() {
    return "multislerp";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(
        Parameter.ofModel("weight", "share of the model"),
        Parameter.flag("normalize_weights", true, "divide the weights by their sum"),
        Parameter.number("eps", 1e-8, "smaller norms count as none"));
  }

  @Override
  public BaseRole baseRole() {
    return BaseRole.OPTIONAL;
  }

  @Override
  public Optional<Outcome> plan(TensorMerge tensor) {
    List<Operand> others = tensor.others();
    if (others.size() == 1) {
      return Optional.of(new Outcome(others.getFirst().dtype(), others.getFirst().shape()));
    }
    if (others.isEmpty()) {
      return Optional.of(new Outcome(tensor.requireBase().dtype(), tensor.requireBase().shape()));
    }
    if (tensor.hasBaseModel()) {
      tensor.requireBase();
    }
    return Optional.of(new Outcome(tensor.commonType(), tensor.commonShape()));
  }

  @Override
  public void merge(TensorMerge tensor) {
    List<Operand> others = tensor.others();
    if (others.size() < 2) {
      Copy.write(tensor, others.isEmpty() ? tensor.requireBase() : others.getFirst(), null);
      return;
    }
    Rounding r = Rounding.of(tensor.commonType());
    int n = others.size();
    Operand base = tensor.base();
    List<Operand> operands = new ArrayList<>(others);
    if (base != null) {
      operands.add(base);
    }
    float eps = (float) tensor.number("eps");
    float[] w = weights(tensor, others, r);
    float[] norms = norms(tensor, operands, n, r);
    Mean mean = mean(tensor, operands, n, w, norms, eps, r);
    if (mean.norm < eps) {
      if (n > 2) {
        throw tensor.fail("the mean of the directions is zero; multislerp is not defined there");
      }
      straight(tensor, operands, w, r);
      return;
    }
    float[] along = new float[n];
    double[] dots =
        Pass.reduce(
            tensor,
            operands,
            n,
            (in, sums, count, position, temporaries) -> {
              float[] m = temporaries.get(0);
              directions(in, n, norms, eps, r, count);
              mean.of(in, n, w, r, m, temporaries.get(2), count);
              for (int k = 0; k < n; k++) {
                float[] product = temporaries.get(1);
                new Arithmetic(r, count).multiply(product, in[k], m);
                sums[k] += Reductions.sum(product, count);
              }
            });
    for (int k = 0; k < n; k++) {
      along[k] = r.apply(dots[k]);
    }
    double square =
        Pass.reduce(
            tensor,
            operands,
            1,
            (in, sums, count, position, temporaries) -> {
              float[] m = temporaries.get(0);
              float[] t = temporaries.get(1);
              directions(in, n, norms, eps, r, count);
              mean.of(in, n, w, r, m, temporaries.get(2), count);
              tangent(in, n, w, along, m, t, temporaries.get(2), r, count);
              sums[0] += Reductions.dot(t, t, count);
            })[0];
    float q = r.apply(r.apply(Math.sqrt(square)) + eps);
    float cosine = r.apply((float) Math.cos(q));
    float sine = r.apply(r.apply((float) Math.sin(q)) / q);
    float scale = scale(w, norms, r);
    Pass.write(
        tensor,
        operands,
        (in, out, count, position, temporaries) -> {
          float[] m = temporaries.get(0);
          float[] t = temporaries.get(1);
          directions(in, n, norms, eps, r, count);
          mean.of(in, n, w, r, m, temporaries.get(2), count);
          tangent(in, n, w, along, m, t, temporaries.get(2), r, count);
          Arithmetic arithmetic = new Arithmetic(r, count);
          arithmetic.scale(m, m, cosine);
          arithmetic.scale(t, t, sine);
          arithmetic.add(out, m, t);
          arithmetic.scale(out, out, scale);
          if (in.length > n) {
            Kernels.add(out, out, in[n], count);
            Kernels.round(r, out, count);
          }
        });
  }

  private static float[] weights(TensorMerge tensor, List<Operand> others, Rounding r) {
    float[] w = new float[others.size()];
    float sum = 0;
    for (int k = 0; k < w.length; k++) {
      w[k] = r.apply(others.get(k).number("weight"));
      sum += w[k];
    }
    if (tensor.flag("normalize_weights")) {
      float divisor = r.apply(sum);
      for (int k = 0; k < w.length; k++) {
        w[k] = r.apply(w[k] / divisor);
      }
    }
    return w;
  }

  private static float scale(float[] w, float[] norms, Rounding r) {
    float sum = 0;
    for (int k = 0; k < w.length; k++) {
      sum += r.apply(norms[k] * w[k]);
    }
    return r.apply(sum);
  }

  private static float[] norms(TensorMerge tensor, List<Operand> operands, int n, Rounding r) {
    double[] squares =
        Pass.reduce(
            tensor,
            operands,
            n,
            (in, sums, count, position, temporaries) -> {
              subtractBase(in, n, r, count);
              for (int k = 0; k < n; k++) {
                sums[k] += Reductions.dot(in[k], in[k], count);
              }
            });
    float[] norms = new float[n];
    for (int k = 0; k < n; k++) {
      norms[k] = r.apply(Math.sqrt(squares[k]));
    }
    return norms;
  }

  private static Mean mean(
      TensorMerge tensor,
      List<Operand> operands,
      int n,
      float[] w,
      float[] norms,
      float eps,
      Rounding r) {
    double square =
        Pass.reduce(
            tensor,
            operands,
            1,
            (in, sums, count, position, temporaries) -> {
              float[] m = temporaries.get(0);
              directions(in, n, norms, eps, r, count);
              weighted(in, n, w, m, temporaries.get(1), r, count);
              sums[0] += Reductions.dot(m, m, count);
            })[0];
    return new Mean(r.apply(Math.sqrt(square)));
  }

  /** The mean direction; its norm is known, so each chunk of it can be made again. */
  private record Mean(float norm) {
    void of(float[][] in, int n, float[] w, Rounding r, float[] m, float[] spare, int count) {
      weighted(in, n, w, m, spare, r, count);
      Kernels.divide(m, m, norm, count);
      Kernels.round(r, m, count);
    }
  }

  private static void subtractBase(float[][] in, int n, Rounding r, int count) {
    if (in.length > n) {
      for (int k = 0; k < n; k++) {
        Kernels.subtract(in[k], in[k], in[n], count);
        Kernels.round(r, in[k], count);
      }
    }
  }

  private static void directions(
      float[][] in, int n, float[] norms, float eps, Rounding r, int count) {
    subtractBase(in, n, r, count);
    for (int k = 0; k < n; k++) {
      Kernels.divide(in[k], in[k], r.apply(norms[k] + eps), count);
      Kernels.round(r, in[k], count);
    }
  }

  private static void weighted(
      float[][] in, int n, float[] w, float[] sum, float[] spare, Rounding r, int count) {
    Arithmetic arithmetic = new Arithmetic(r, count);
    Arrays.fill(sum, 0, count, 0f);
    for (int k = 0; k < n; k++) {
      arithmetic.scale(spare, in[k], w[k]);
      Kernels.add(sum, sum, spare, count);
    }
    arithmetic.round(sum);
  }

  private static void tangent(
      float[][] in,
      int n,
      float[] w,
      float[] along,
      float[] m,
      float[] t,
      float[] spare,
      Rounding r,
      int count) {
    Arithmetic arithmetic = new Arithmetic(r, count);
    Arrays.fill(t, 0, count, 0f);
    for (int k = 0; k < n; k++) {
      arithmetic.scale(spare, m, along[k]);
      arithmetic.subtract(spare, in[k], spare);
      arithmetic.scale(spare, spare, w[k]);
      Kernels.add(t, t, spare, count);
    }
    arithmetic.round(t);
  }

  private static void straight(TensorMerge tensor, List<Operand> operands, float[] w, Rounding r) {
    Pass.write(
        tensor,
        operands,
        (in, out, count, position, temporaries) -> {
          subtractBase(in, 2, r, count);
          Arithmetic arithmetic = new Arithmetic(r, count);
          arithmetic.scale(in[0], in[0], w[0]);
          arithmetic.scale(in[1], in[1], w[1]);
          arithmetic.add(out, in[0], in[1]);
          if (in.length > 2) {
            Kernels.add(out, out, in[2], count);
            Kernels.round(r, out, count);
          }
        });
  }
}

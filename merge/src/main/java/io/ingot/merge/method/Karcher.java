package io.ingot.merge.method;

import io.ingot.tensor.Reductions;
import io.ingot.tensor.Rounding;
import java.util.List;
import java.util.Optional;

/**
 * The Riemannian (Karcher) mean on the sphere. All models, the base among them, have the same
 * share.
 */
@Described(
    title = "Karcher Mean",
    formula =
        """
        u = argmin sum angle(u, x_i)^2 over unit vectors, by at most max_iter steps u <-
          exp_u(mean log_u(x_i))
        out = u * mean |x_i|
        """,
    paper = "https://en.wikipedia.org/wiki/Karcher_mean",
    example =
        """
        merge_method: karcher
        models: [{model: a}, {model: b}, {model: c}]
        dtype: bfloat16
        """)
public final class Karcher implements MergeMethod {
  @Override
  public String name() {
    return "karcher";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(
        Parameter.number("max_iter", 10, "most iterations"),
        Parameter.number("tol", 1e-5, "a step that is shorter ends it"));
  }

  @Override
  public BaseRole baseRole() {
    return BaseRole.INPUT;
  }

  @Override
  public Optional<Outcome> plan(TensorMerge tensor) {
    if (tensor.operands().size() == 1) {
      Operand only = tensor.operands().getFirst();
      return Optional.of(new Outcome(only.dtype(), only.shape()));
    }
    if (!tensor.compatible()) {
      tensor.cutEmbeddings();
    }
    return Optional.of(new Outcome(tensor.commonType(), tensor.commonShape()));
  }

  @Override
  public double scratchBytes(TensorMerge tensor) {
    return tensor.operands().size() == 1 ? 0 : tensor.commonType().bytes();
  }

  @Override
  public void merge(TensorMerge tensor) {
    if (tensor.operands().size() == 1) {
      Copy.write(tensor, tensor.operands().getFirst(), null);
      return;
    }
    Rounding r = Rounding.of(tensor.commonType());
    double tol = tensor.number("tol");
    List<Operand> all = tensor.operands();
    int n = all.size();
    double[] squares =
        Pass.reduce(
            tensor,
            all,
            n,
            (in, sums, count, position, temporaries) -> {
              for (int k = 0; k < n; k++) {
                sums[k] += Reductions.dot(in[k], in[k], count);
              }
            });
    float[] norms = new float[n];
    double scale = 0;
    for (int k = 0; k < n; k++) {
      norms[k] = (float) Math.sqrt((float) squares[k]);
      scale += 1.0 / n * norms[k];
    }
    int[] valid = java.util.stream.IntStream.range(0, n).filter(k -> norms[k] > tol).toArray();
    if (valid.length == 0) {
      Pass.write(
          tensor,
          all,
          (in, out, count, position, temporaries) -> java.util.Arrays.fill(out, 0, count, 0f));
      return;
    }
    try (KarcherMean mean = new KarcherMean(tensor, r, norms, valid, tol)) {
      mean.start();
      mean.iterate((int) tensor.number("max_iter"));
      float factor = (float) scale;
      Pass.write(
          tensor,
          all,
          (in, out, count, position, temporaries) -> {
            mean.direction(in, out, position, count, temporaries.get(0));
            new Arithmetic(r, count).scale(out, out, factor);
          });
    }
  }
}

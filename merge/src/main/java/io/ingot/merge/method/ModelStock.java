package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Pulls the mean of fine-tunes towards their base, the more the less they agree. */
@Described(
    title = "Model Stock",
    formula =
        """
        out = t * mean(x_i) + (1 - t) * base with t = N c / (1 + (N - 1) c), c the mean
          cosine between the N differences x_i - base
        """,
    paper = "https://arxiv.org/abs/2403.19522",
    example =
        """
        merge_method: model_stock
        base_model: base
        models: [{model: a}, {model: b}]
        dtype: bfloat16
        """)
public final class ModelStock implements MergeMethod {
  /** Floor of the product of two norms, which pulls tiny differences towards the base. */
  private static final double FLOOR = 1e-6;

  @Override
  public String name() {
    return "model_stock";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(Parameter.flag("filter_wise", false, "an interpolation for each row"));
  }

  @Override
  public BaseRole baseRole() {
    return BaseRole.REQUIRED;
  }

  @Override
  public Optional<Outcome> plan(TensorMerge tensor) {
    Operand base = tensor.base();
    int count = tensor.operands().size();
    if (count == 1 && base != null) {
      return Optional.of(new Outcome(base.dtype(), base.shape()));
    }
    if (count < 3) {
      if (tensor.optional()) {
        tensor.warn("only " + count + " models have it; it is left out");
        return Optional.empty();
      }
      throw tensor.fail(
          "model_stock needs the base and at least two other models, but only %d are given"
              .formatted(count));
    }
    tensor.requireBase();
    tensor.cutEmbeddings();
    return Optional.of(new Outcome(tensor.commonType(), tensor.commonShape()));
  }

  @Override
  public void merge(TensorMerge tensor) {
    Operand base = tensor.requireBase();
    List<Operand> others = tensor.others();
    if (others.isEmpty()) {
      Copy.write(tensor, base, null);
      return;
    }
    Rounding r = Rounding.of(tensor.commonType());
    boolean rows = tensor.flag("filter_wise") && base.shape().size() > 1;
    VectorLayout layout = VectorLayout.of(base.shape(), !rows, false);
    float[] shares = shares(tensor, base, others, layout, r);
    List<Operand> operands = new ArrayList<>(others);
    operands.add(base);
    float models = others.size();
    Pass.write(
        tensor,
        operands,
        (in, out, count, position, temporaries) -> {
          float[] mean = in[0];
          for (int i = 1; i < in.length - 1; i++) {
            Kernels.add(mean, mean, in[i], count);
            Kernels.round(r, mean, count);
          }
          Kernels.divide(mean, mean, models, count);
          Kernels.round(r, mean, count);
          float[] origin = in[in.length - 1];
          for (int i = 0; i < count; i++) {
            float t = shares[layout.vector(position + i)];
            float a = r.apply(t * mean[i]);
            float b = r.apply(r.apply(1 - t) * origin[i]);
            out[i] = r.apply(a + b);
          }
        });
  }

  private static float[] shares(
      TensorMerge tensor, Operand base, List<Operand> others, VectorLayout layout, Rounding r) {
    int n = others.size();
    double[][] products = new double[n * n][];
    for (int i = 0; i < n; i++) {
      for (int j = i; j < n; j++) {
        boolean norm = i == j;
        products[i * n + j] =
            layout.reduce(
                tensor,
                List.of(others.get(i), others.get(j), base),
                1,
                (in, count) -> {
                  for (int m = 0; m < 2; m++) {
                    Kernels.subtract(in[m], in[m], in[2], count);
                    Kernels.round(r, in[m], count);
                  }
                },
                norm
                    ? (x, y, vector, sums) -> sums[0] += (double) x * x
                    : (x, y, vector, sums) -> sums[0] += r.apply(x * y));
      }
    }
    float[] shares = new float[layout.vectors()];
    for (int v = 0; v < shares.length; v++) {
      float sum = 0;
      int pairs = 0;
      for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
          float ni = r.apply(Math.sqrt(products[i * n + i][v]));
          float nj = r.apply(Math.sqrt(products[j * n + j][v]));
          float norms = Math.max(r.apply(ni * nj), r.apply(FLOOR));
          float cosine = r.apply(r.apply(products[i * n + j][v]) / norms);
          sum += Math.clamp(cosine, -1f, 1f);
          pairs++;
        }
      }
      float c = r.apply(sum / pairs);
      shares[v] = r.apply(r.apply(n * c) / r.apply(1 + r.apply((n - 1) * c)));
    }
    return shares;
  }
}

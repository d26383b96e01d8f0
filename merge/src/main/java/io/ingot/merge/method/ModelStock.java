package io.ingot.merge.method;

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
    Rounding rounding = Rounding.of(tensor.commonType());
    boolean rows = tensor.flag("filter_wise") && base.shape().size() > 1;
    VectorLayout layout = VectorLayout.of(base.shape(), !rows, false);
    List<Operand> operands = new ArrayList<>(others);
    operands.add(base);
    float[] shares = shares(tensor, operands, layout, rounding);
    float[] rests = new float[shares.length];
    for (int v = 0; v < rests.length; v++) {
      rests[v] = rounding.apply(1 - shares[v]);
    }
    float models = others.size();
    Pass.write(
        tensor,
        operands,
        (in, out, count, position, temporaries) -> {
          Arithmetic r = new Arithmetic(rounding, count);
          float[] mean = in[0];
          for (int i = 1; i < in.length - 1; i++) {
            r.add(mean, mean, in[i]);
          }
          r.divide(mean, mean, models);
          float[] t = temporaries.get(0);
          layout.spread(shares, position, t, count);
          r.multiply(mean, mean, t);
          layout.spread(rests, position, t, count);
          float[] origin = in[in.length - 1];
          r.multiply(origin, origin, t);
          r.add(out, mean, origin);
        });
  }

  /** Inner products of all pairs of differences, {@code n * n} for each vector. */
  private static double[] products(
      TensorMerge tensor, List<Operand> operands, VectorLayout layout, Rounding rounding) {
    int n = operands.size() - 1;
    return layout.reduce(
        tensor,
        operands,
        n * n,
        (in, sums, count, position, temporaries) -> {
          Arithmetic r = new Arithmetic(rounding, count);
          float[] product = temporaries.get(0);
          for (int i = 0; i < n; i++) {
            r.subtract(in[i], in[i], in[n]);
            sums.addProduct(i * n + i, in[i], in[i]);
            for (int j = 0; j < i; j++) {
              r.multiply(product, in[j], in[i]);
              sums.add(j * n + i, product);
            }
          }
        });
  }

  private static float[] shares(
      TensorMerge tensor, List<Operand> operands, VectorLayout layout, Rounding r) {
    int n = operands.size() - 1;
    double[] products = products(tensor, operands, layout, r);
    float[] shares = new float[layout.vectors()];
    for (int v = 0; v < shares.length; v++) {
      float sum = 0;
      int pairs = 0;
      for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
          float ni = r.apply(Math.sqrt(products[(v * n + i) * n + i]));
          float nj = r.apply(Math.sqrt(products[(v * n + j) * n + j]));
          float norms = Math.max(r.apply(ni * nj), r.apply(FLOOR));
          float cosine = r.apply(r.apply(products[(v * n + i) * n + j]) / norms);
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

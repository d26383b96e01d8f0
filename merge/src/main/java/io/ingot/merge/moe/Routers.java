package io.ingot.merge.moe;

import io.ingot.error.IngotException;
import io.ingot.merge.moe.MoeRecipe.Expert;
import io.ingot.model.Model;
import io.ingot.progress.Cancellation;
import io.ingot.tensor.Elements;
import io.ingot.tensor.MersenneTwister;
import io.ingot.tensor.NormalDraws;
import io.ingot.tensor.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the rows of the routers, {@code [layer][expert][hidden]}, shared experts behind the others.
 *
 * <p>A row is {@code g / |g|} with {@code g = mean(states of positive prompts) - mean(states of
 * negative prompts)}, where the state of a prompt is what enters the layer at its last token, or
 * averaged over its tokens. A prompt is run on its own, without padding. With {@code cheap_embed}
 * the two means are sums of embeddings, each divided by its norm first.
 */
final class Routers {
  private static final double TINY = 1e-8;
  private static final String EMBEDDING = "model.embed_tokens.weight";

  private final MoeRecipe recipe;
  private final MoeShape shape;
  private final List<Expert> gated;
  private final List<String> prompts = new ArrayList<>();
  private final List<Integer> owners = new ArrayList<>();

  Routers(MoeRecipe recipe, MoeShape shape) {
    this.recipe = recipe;
    this.shape = shape;
    this.gated = new ArrayList<>(recipe.experts());
    gated.addAll(recipe.shared());
    for (int e = 0; e < gated.size(); e++) {
      add(gated.get(e).positive(), 2 * e);
      add(gated.get(e).negative(), 2 * e + 1);
    }
  }

  private void add(List<String> texts, int owner) {
    prompts.addAll(texts);
    texts.forEach(t -> owners.add(owner));
  }

  /**
   * The rows.
   *
   * @throws IngotException when a state is not a number, or the base cannot be run
   */
  float[][][] make(
      Model base,
      TokenEncoder encoder,
      HiddenStates states,
      MersenneTwister random,
      Cancellation cancellation)
      throws InterruptedException {
    return switch (recipe.gateMode()) {
      case RANDOM -> normal(random);
      case UNIFORM_RANDOM -> uniform(random);
      case CHEAP_EMBED -> embeddings(base, encode(base, encoder));
      case HIDDEN, HIDDEN_LAST, HIDDEN_AVG ->
          hidden(base, encode(base, encoder), states, cancellation);
    };
  }

  private float[][][] rows() {
    return new float[shape.layers()][gated.size()][];
  }

  /** As {@code torch.randn(layers, experts, hidden)}. */
  private float[][][] normal(MersenneTwister random) {
    int all = Math.multiplyExact(shape.layers() * gated.size(), shape.hidden());
    float[] values = new float[all];
    NormalDraws.reserve(random, all).at(0).read(values, all);
    float[][][] rows = rows();
    for (int row = 0; row < shape.layers() * gated.size(); row++) {
      rows[row / gated.size()][row % gated.size()] =
          java.util.Arrays.copyOfRange(values, row * shape.hidden(), (row + 1) * shape.hidden());
    }
    return rows;
  }

  /** As {@code torch.rand(layers, experts, hidden) * 2 * scale - scale}. */
  private float[][][] uniform(MersenneTwister random) {
    float scale = (float) Math.sqrt(1.0 / shape.hidden());
    float[][][] rows = rows();
    for (float[][] layer : rows) {
      for (int e = 0; e < layer.length; e++) {
        layer[e] = new float[shape.hidden()];
        for (int i = 0; i < shape.hidden(); i++) {
          layer[e][i] = random.nextFloat() * 2 * scale - scale;
        }
      }
    }
    return rows;
  }

  private List<int[]> encode(Model base, TokenEncoder encoder) {
    List<int[]> tokens = encoder.encode(base, prompts);
    long vocabulary = base.weights().info(EMBEDDING).shape().getFirst();
    for (int p = 0; p < tokens.size(); p++) {
      if (tokens.get(p).length == 0) {
        throw IngotException.invalid("the prompt '" + prompts.get(p) + "' has no tokens");
      }
      for (int id : tokens.get(p)) {
        if (id < 0 || id >= vocabulary) {
          throw IngotException.invalid(
              "the prompt '%s' has the token %d, but the base has %d embeddings; is its tokenizer its own?"
                  .formatted(prompts.get(p), id, vocabulary));
        }
      }
    }
    return tokens;
  }

  private float[][][] embeddings(Model base, List<int[]> tokens) {
    TensorInfo info = base.weights().info(EMBEDDING);
    MemorySegment data = base.weights().data(EMBEDDING);
    double[][] sums = new double[2 * gated.size()][shape.hidden()];
    float[] row = new float[shape.hidden()];
    for (int p = 0; p < tokens.size(); p++) {
      for (int id : tokens.get(p)) {
        Elements.read(info.dtype(), data, (long) id * row.length, row, row.length);
        accumulate(sums[owners.get(p)], row, 0);
      }
    }
    for (double[] sum : sums) {
      divide(sum, Math.max(norm(sum), TINY));
    }
    float[][][] rows = rows();
    for (int e = 0; e < gated.size(); e++) {
      float[] unit = difference(sums[2 * e], sums[2 * e + 1], 0, e);
      for (float[][] layer : rows) {
        layer[e] = unit;
      }
    }
    return rows;
  }

  private float[][][] hidden(
      Model base, List<int[]> tokens, HiddenStates states, Cancellation cancellation)
      throws InterruptedException {
    boolean mean = recipe.gateMode() == GateMode.HIDDEN_AVG;
    int hidden = shape.hidden();
    double[][][] sums = new double[shape.layers()][][];
    float[][][] rows = rows();
    states.visit(
        base,
        tokens,
        (layer, row, values) -> {
          cancellation.check();
          double[][] sum = sums[layer];
          if (sum == null) {
            sum = new double[2 * gated.size()][hidden];
            sums[layer] = sum;
            finish(sums, rows, layer - 1);
          }
          int length = tokens.get(row).length;
          double[] state = new double[hidden];
          for (int t = mean ? 0 : length - 1; t < length; t++) {
            accumulate(state, values, t * hidden);
          }
          divide(state, mean ? length : 1);
          for (int i = 0; i < hidden; i++) {
            sum[owners.get(row)][i] += state[i];
          }
        });
    finish(sums, rows, shape.layers() - 1);
    return rows;
  }

  /** Turns the sums of a layer into rows and forgets them. */
  private void finish(double[][][] sums, float[][][] rows, int layer) {
    if (layer < 0) {
      return;
    }
    double[][] sum = sums[layer];
    for (int e = 0; e < gated.size(); e++) {
      divide(sum[2 * e], Math.max(1, gated.get(e).positive().size()));
      divide(sum[2 * e + 1], Math.max(1, gated.get(e).negative().size()));
      rows[layer][e] = difference(sum[2 * e], sum[2 * e + 1], layer, e);
    }
    sums[layer] = new double[0][];
  }

  private float[] difference(double[] positive, double[] negative, int layer, int expert) {
    double[] g = new double[positive.length];
    for (int i = 0; i < g.length; i++) {
      g[i] = positive[i] - negative[i];
    }
    double norm = norm(g);
    if (!Double.isFinite(norm)) {
      throw IngotException.failed(
          "the prompts of expert %d (%s) give NaN or infinity in layer %d of %s; are its weights damaged?"
              .formatted(expert, gated.get(expert).model(), layer, recipe.base()));
    }
    divide(g, Math.max(norm, TINY));
    float[] unit = new float[g.length];
    for (int i = 0; i < g.length; i++) {
      unit[i] = (float) g[i];
    }
    return unit;
  }

  private static void accumulate(double[] sum, float[] values, int offset) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += values[offset + i];
    }
  }

  private static void divide(double[] values, double divisor) {
    for (int i = 0; i < values.length; i++) {
      values[i] /= divisor;
    }
  }

  private static double norm(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }
}

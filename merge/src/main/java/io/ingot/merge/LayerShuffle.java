package io.ingot.merge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.model.Architecture;
import io.ingot.model.ArchitectureModule;
import io.ingot.model.Architectures;
import io.ingot.model.InferredArchitecture;
import io.ingot.model.Model;
import io.ingot.tensor.MersenneTwister;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A random stack of layers of several models. Every layer of the result is drawn with MT19937,
 * seeded as {@code init_genrand(seed)}: a draw {@code u} of 32 bits takes the first model whose
 * weights, added up, exceed {@code u / 2^32} times their sum. The layer has the same place in that
 * model; with {@code anyLayer} a second draw takes layer {@code floor(u * layers / 2^32)}. What
 * lies outside of layers is of the first model, so that its tokenizer fits.
 *
 * @param models at least one; without {@code anyLayer} all have the same number of layers
 * @param anyLayer whether a layer may come from any place of its model
 */
public record LayerShuffle(List<Share> models, boolean anyLayer, long seed) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A model to draw from.
   *
   * @param weight 0 or more; probabilities are shares of the sum
   */
  public record Share(String model, double weight, int layers) {}

  /** Where a layer of the result comes from. */
  public record Pick(String model, int layer) {}

  /** Layers {@code [begin, end)} of a model. */
  private record Run(String model, int begin, int end) {
    boolean continues(Pick pick) {
      return pick.model().equals(model) && pick.layer() == end;
    }
  }

  public LayerShuffle {
    models = List.copyOf(models);
    double sum = 0;
    for (Share share : models) {
      if (!(share.weight() >= 0) || Double.isInfinite(share.weight())) {
        throw IngotException.usage(
            "the weight of %s must be a number of 0 or more, found %s"
                .formatted(share.model(), share.weight()));
      }
      sum += share.weight();
      if (!anyLayer && share.layers() != models.getFirst().layers()) {
        throw IngotException.invalid(
            "%s has %d layers, %s has %d; only --full-random mixes models of different depth"
                .formatted(
                    models.getFirst().model(),
                    models.getFirst().layers(),
                    share.model(),
                    share.layers()));
      }
    }
    if (!(sum > 0) || Double.isInfinite(sum)) {
      throw IngotException.usage("the weights of the models add up to " + sum);
    }
  }

  /**
   * The number of layers of a model, from its headers.
   *
   * @throws IngotException when it has several modules, which no stack can be made of
   */
  public static int layers(String name, Model model) {
    Architecture architecture =
        Architectures.find(model.config())
            .orElseGet(() -> InferredArchitecture.of(List.of(model.weights())));
    if (architecture.modules().size() != 1) {
      throw IngotException.invalid(
          "%s is made of several modules, %s; layers can be shuffled in models of one"
              .formatted(name, architecture.modules().keySet()));
    }
    ArchitectureModule module = architecture.modules().firstEntry().getValue();
    int layers = module.layers(model.config());
    if (layers == 0) {
      throw IngotException.invalid(name + " has no layers");
    }
    return layers;
  }

  /** The layers of the result, as many as the first model has. */
  public List<Pick> picks() {
    MersenneTwister random = new MersenneTwister(seed);
    List<Pick> picks = new ArrayList<>();
    for (int i = 0; i < models.getFirst().layers(); i++) {
      Share share = draw(random);
      int layer = anyLayer ? (int) (bits(random) * share.layers() >>> 32) : i;
      picks.add(new Pick(share.model(), layer));
    }
    return picks;
  }

  private static long bits(MersenneTwister random) {
    return Integer.toUnsignedLong(random.next());
  }

  private Share draw(MersenneTwister random) {
    double sum = models.stream().mapToDouble(Share::weight).sum();
    double at = bits(random) * 0x1p-32 * sum;
    double reached = 0;
    for (Share share : models) {
      reached += share.weight();
      if (at < reached) {
        return share;
      }
    }
    // Rounding of the sum can leave a hair at the end.
    return models.stream().filter(s -> s.weight() > 0).toList().getLast();
  }

  /**
   * The stack as a recipe; layers that follow one another in a model are one slice.
   *
   * @param dtype of the result; empty: as the layers are stored
   */
  public String recipe(Optional<String> dtype) {
    String first = models.getFirst().model();
    List<Run> runs = runs();
    if (!runs.getFirst().model().equals(first)) {
      runs.addFirst(new Run(first, 0, 0));
    }
    if (!runs.getLast().model().equals(first)) {
      runs.addLast(new Run(first, 0, 0));
    }
    StringBuilder text = new StringBuilder();
    text.append("# Layers drawn by ingot layershuffle");
    models.forEach(m -> text.append(" -m ").append(quoted(m.model())).append(weight(m)));
    text.append(anyLayer ? " --full-random" : "").append(" --random-seed ").append(seed);
    text.append("\nmerge_method: passthrough\nslices:\n");
    for (Run run : runs) {
      text.append("  - sources: [{model: ").append(quoted(run.model()));
      text.append(", layer_range: [%d, %d]}]".formatted(run.begin(), run.end()));
      text.append(run.end() == 0 ? " # what lies outside of layers\n" : "\n");
    }
    dtype.ifPresent(d -> text.append("dtype: ").append(d).append('\n'));
    return text.toString();
  }

  private static String weight(Share share) {
    return share.weight() == Math.rint(share.weight())
        ? String.format(Locale.ROOT, " -w %.0f", share.weight())
        : " -w " + share.weight();
  }

  private List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    for (Pick pick : picks()) {
      if (!runs.isEmpty() && runs.getLast().continues(pick)) {
        Run last = runs.removeLast();
        runs.add(new Run(last.model(), last.begin(), last.end() + 1));
      } else {
        runs.add(new Run(pick.model(), pick.layer(), pick.layer() + 1));
      }
    }
    return runs;
  }

  /** As a plain scalar where that is safe in a flow mapping, else in double quotes. */
  private static String quoted(String text) {
    try {
      return text.matches("[A-Za-z./_][\\w./@+-]*") ? text : JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}

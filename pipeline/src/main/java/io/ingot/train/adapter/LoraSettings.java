package io.ingot.train.adapter;

import io.ingot.adapter.AdapterConfig;
import io.ingot.error.IngotException;
import io.ingot.train.decoder.DecoderWeights.Linear;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter to be made; meanings as in PEFT's LoraConfig.
 *
 * @param dropout of the input of A
 * @param exclude modules that are left alone although targeted
 * @param layers numbers of the layers that get an adapter; empty is all
 */
public record LoraSettings(
    int rank,
    double alpha,
    double dropout,
    ModuleSelector targets,
    @Nullable ModuleSelector exclude,
    boolean rankStabilized,
    boolean dora,
    Start start,
    SequencedMap<String, Integer> rankPattern,
    SequencedMap<String, Double> alphaPattern,
    List<Integer> layers) {
  private static final Pattern LAYER = Pattern.compile(".*?\\.(\\d+)\\..*");

  /** How A is filled; B is zero but for {@link #RANDOM}. */
  public enum Start {
    /** U(-1/sqrt(in), 1/sqrt(in)): Kaiming with a = sqrt(5). */
    KAIMING,
    /** N(0, 1/rank). */
    GAUSSIAN,
    /** B is drawn like A, from U(-1/sqrt(rank), 1/sqrt(rank)). */
    RANDOM
  }

  /** The arithmetic alone. */
  public AdapterConfig config() {
    return new AdapterConfig(
        rank,
        alpha,
        rankStabilized,
        dora,
        false,
        new LinkedHashMap<>(rankPattern),
        new LinkedHashMap<>(alphaPattern));
  }

  /**
   * The modules that get an adapter, in order.
   *
   * @throws IngotException when none does, naming what there is
   */
  public List<Linear> choose(Collection<Linear> linears) {
    List<Linear> chosen =
        linears.stream()
            .filter(l -> !l.name().contains(".experts."))
            .filter(l -> targets.matches(l.name()))
            .filter(l -> exclude == null || !exclude.matches(l.name()))
            .filter(l -> layers.isEmpty() || layers.contains(layer(l.name())))
            .toList();
    if (chosen.isEmpty()) {
      throw IngotException.invalid(
          "the lora targets match no module; the linear modules of this model end in: "
              + linears.stream()
                  .map(l -> l.name().substring(l.name().lastIndexOf('.') + 1))
                  .collect(Collectors.toCollection(TreeSet::new)));
    }
    return chosen;
  }

  private static int layer(String module) {
    Matcher matcher = LAYER.matcher(module);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
  }
}

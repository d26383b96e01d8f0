package io.ingot.merge;

import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe.Slice;
import io.ingot.merge.recipe.Recipe.Source;
import io.ingot.model.WeightTemplate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which sources of a slice give a tensor. A model may be listed twice, with other layers: then it
 * is two inputs of a layer, but one of what lies outside of the layers. The reference keeps one
 * entry for each model, with the layers of the last and the parameters of the first.
 */
final class SliceInputs {
  private SliceInputs() {}

  /**
   * One input of a tensor.
   *
   * @param source whose parameters count
   * @param weight the tensor by its names in that model
   */
  record Input(Source source, WeightTemplate weight) {}

  /** Sources that give layers; ranges and parameters are those that count. */
  static List<Source> ofLayers(Slice slice, boolean compatible) {
    if (!compatible) {
      return slice.sources();
    }
    Map<ModelRef, Source> first = new HashMap<>();
    slice.sources().forEach(s -> first.putIfAbsent(s.model(), s));
    Map<ModelRef, Source> kept = new LinkedHashMap<>();
    for (Source source : slice.sources()) {
      kept.remove(source.model());
      kept.put(
          source.model(),
          new Source(
              source.model(),
              source.layers(),
              first.getOrDefault(source.model(), source).parameters()));
    }
    return List.copyOf(kept.values());
  }

  /**
   * Sources that give what lies outside of the layers.
   *
   * @param usable how many of the sources count
   */
  static List<Source> outside(Slice slice, int usable, boolean compatible) {
    List<Source> kept = new ArrayList<>();
    for (Source source : slice.sources().subList(0, Math.min(usable, slice.sources().size()))) {
      List<Source> same = slice.sources().stream().filter(sameModel(source)).toList();
      boolean sameLayers = same.stream().allMatch(s -> s.layers().equals(source.layers()));
      if (kept.stream().noneMatch(sameModel(source)) || sameLayers && !compatible) {
        kept.add(source);
      }
    }
    return kept;
  }

  /** Models that a slice lists more than once. */
  static List<ModelRef> repeated(Slice slice) {
    Set<ModelRef> seen = new HashSet<>();
    return slice.sources().stream()
        .map(Source::model)
        .filter(m -> !seen.add(m))
        .distinct()
        .toList();
  }

  private static Predicate<Source> sameModel(Source source) {
    return other -> other.model().equals(source.model());
  }
}

package io.ingot.merge.recipe;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A merge, as the user wrote it.
 *
 * @param method name of the merge method
 * @param base the base model; its role depends on the method
 * @param modules what is merged, by module of the architecture; {@code models} and {@code slices}
 *     on the top level stand under {@link #WHOLE}
 * @param parameters settings for all tensors
 * @param dtype arithmetic and storage
 * @param outDtype storage, when it differs
 * @param chatTemplate {@code auto}, a built-in name, or Jinja text
 * @param name of a document among several
 */
public record Recipe(
    String method,
    Optional<ModelRef> base,
    Map<String, Module> modules,
    Map<String, Setting> parameters,
    Optional<String> dtype,
    Optional<String> outDtype,
    Optional<TokenizerRecipe> tokenizer,
    Optional<String> chatTemplate,
    Optional<String> name) {
  /** The key in {@link #modules} of a recipe that does not name modules. */
  public static final String WHOLE = "";

  /**
   * What makes one module.
   *
   * @param models whole models; empty when slices are given
   * @param slices layer ranges, stacked
   */
  public record Module(List<Source> models, List<Slice> slices, Map<String, Setting> parameters) {}

  /**
   * Output layers made of equally long ranges.
   *
   * @param base replaces the recipe's base inside this slice
   */
  public record Slice(
      List<Source> sources, Optional<ModelRef> base, Map<String, Setting> parameters) {}

  /** A model that takes part, with the layers it gives; empty range: all of them. */
  public record Source(ModelRef model, Optional<Range> layers, Map<String, Setting> parameters) {}

  /** Layers from {@code begin} to before {@code end}. */
  public record Range(int begin, int end) {
    public int length() {
      return end - begin;
    }
  }

  /** All models that the merge reads, in the order of the recipe, the base first. */
  public List<ModelRef> references() {
    Set<ModelRef> found = new LinkedHashSet<>();
    base.ifPresent(found::add);
    for (Module module : modules.values()) {
      module.models().forEach(s -> found.add(s.model()));
      for (Slice slice : module.slices()) {
        slice.sources().forEach(s -> found.add(s.model()));
      }
    }
    return new ArrayList<>(found);
  }

  /** {@link #references} and those that only a slice's base or the tokenizer names. */
  public List<ModelRef> allReferences() {
    Set<ModelRef> found = new LinkedHashSet<>(references());
    modules.values().stream()
        .flatMap(m -> m.slices().stream())
        .flatMap(s -> s.base().stream())
        .forEach(found::add);
    tokenizer.ifPresent(t -> found.addAll(t.references()));
    return new ArrayList<>(found);
  }
}

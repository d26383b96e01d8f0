package io.ingot.merge.moe;

import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The output families by name, and the choice among them. */
final class MoeFamilies {
  private static final List<MoeFamily> ALL =
      List.of(new MixtralMoe(), new DeepSeekMoe(), new QwenMoe(), new Qwen3Moe());

  private MoeFamilies() {}

  static List<String> names() {
    return ALL.stream().map(MoeFamily::name).toList();
  }

  /**
   * The family that a recipe names, or the first that takes its models: Mixtral where possible.
   *
   * @param kinds {@code model_type} of each model, the base first
   * @param mixed whether kinds may differ
   * @throws IngotException with the reason of every family
   */
  static MoeFamily choose(
      MoeRecipe recipe, Map<ModelRef, String> kinds, boolean mixed, Consumer<String> warnings) {
    List<MoeFamily> named = named(recipe);
    List<MoeFamily> possible = new ArrayList<>();
    StringBuilder reasons = new StringBuilder();
    for (MoeFamily family : named) {
      Optional<String> reason = reason(family, recipe, kinds, mixed);
      if (reason.isEmpty()) {
        possible.add(family);
      } else {
        reasons.append("\n  ").append(family.name()).append(' ').append(reason.get());
      }
    }
    if (possible.isEmpty()) {
      throw IngotException.invalid(
          "no output family takes this recipe:" + reasons + "\n  known: " + names());
    }
    MoeFamily chosen = possible.getFirst();
    if (possible.size() > 1 && !(chosen instanceof MixtralMoe)) {
      warnings.accept(
          "%s are possible; %s is written. 'architecture:' chooses another"
              .formatted(
                  possible.stream().map(MoeFamily::name).collect(Collectors.joining(" and ")),
                  chosen.name()));
    }
    return chosen;
  }

  private static List<MoeFamily> named(MoeRecipe recipe) {
    if (recipe.architecture().isEmpty()) {
      return ALL;
    }
    String wanted = recipe.architecture().get().toLowerCase(Locale.ROOT);
    List<MoeFamily> named =
        ALL.stream().filter(f -> f.name().toLowerCase(Locale.ROOT).startsWith(wanted)).toList();
    if (named.isEmpty()) {
      throw IngotException.invalid(
          "architecture: no output family begins with '%s'; known: %s"
              .formatted(recipe.architecture().get(), String.join(", ", names())));
    }
    return named;
  }

  private static Optional<String> reason(
      MoeFamily family, MoeRecipe recipe, Map<ModelRef, String> kinds, boolean mixed) {
    List<String> takes = family.takes().stream().map(DenseFamily::modelType).sorted().toList();
    String base = String.valueOf(kinds.get(recipe.base()));
    for (Map.Entry<ModelRef, String> model : kinds.entrySet()) {
      if (!takes.contains(model.getValue())) {
        return Optional.of(
            "is made of %s; %s is %s"
                .formatted(String.join(" or ", takes), model.getKey(), model.getValue()));
      }
      if (!mixed && !model.getValue().equals(base)) {
        return Optional.of(
            "wants models of one kind: %s is %s, %s is %s; --allow-crimes mixes them"
                .formatted(recipe.base(), base, model.getKey(), model.getValue()));
      }
    }
    return family.refusal(recipe);
  }
}

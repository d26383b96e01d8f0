package io.ingot.merge.moe;

import io.ingot.merge.moe.MoeRecipe.Expert;
import io.ingot.merge.recipe.RecipeProblem.Severity;
import io.ingot.merge.recipe.RecipeReader;
import io.ingot.merge.recipe.YamlNode;
import java.util.List;
import java.util.Map;

/**
 * What can be said about a mixture without looking at any model.
 *
 * @param keys of the recipe, for positions
 * @param forTraining whether a mixture without use before training is wanted
 */
record MoeRecipeCheck(MoeRecipe recipe, Map<String, YamlNode> keys, boolean forTraining) {
  private static final String FLAG = "--i-understand-this-is-not-useful-without-training";

  void check() {
    YamlNode list = RecipeReader.child(keys, "experts");
    int count = recipe.experts().size();
    if (count < recipe.expertsPerToken()) {
      list.error(
          "%d expert%s, but every token goes to %d of them (experts_per_token)"
              .formatted(count, count == 1 ? "" : "s", recipe.expertsPerToken()));
    }
    if (recipe.gateMode().isRandom()) {
      idlePrompts();
    } else {
      prompts(list);
    }
    if (!forTraining && !recipe.gateMode().isRandom() && count > 1 && sameModels()) {
      list.error(
          "all experts are the same model, so the mixture computes what that model computes, only"
              + " slower; "
              + FLAG
              + " makes it all the same");
    }
  }

  private void idlePrompts() {
    boolean some =
        recipe.experts().stream().anyMatch(e -> !e.positive().isEmpty() || !e.negative().isEmpty());
    if (some) {
      RecipeReader.child(keys, "experts")
          .problem(
              Severity.WARNING,
              "prompts have no effect with gate_mode " + recipe.gateMode().text());
    }
  }

  private void prompts(YamlNode list) {
    List<YamlNode> nodes = list.list();
    for (int i = 0; i < recipe.experts().size(); i++) {
      if (recipe.experts().get(i).positive().isEmpty()) {
        nodes
            .get(i)
            .error(
                "positive_prompts is missing; gate_mode %s makes the router of them"
                    .formatted(recipe.gateMode().text()));
      }
    }
    List<Prompts> all = recipe.experts().stream().map(Prompts::of).toList();
    boolean given = all.stream().noneMatch(p -> p.positive().isEmpty());
    if (!forTraining && given && all.size() > 1 && all.stream().distinct().count() == 1) {
      list.error(
          "all experts have the same prompts, so the router cannot tell them apart; give each of"
              + " them prompts that are its own, or pass "
              + FLAG);
    }
    if (recipe.shared().stream().map(e -> e.positive().isEmpty()).distinct().count() > 1) {
      RecipeReader.child(keys, "shared_experts")
          .error("either all shared experts have positive_prompts or none");
    }
  }

  private boolean sameModels() {
    return recipe.experts().stream().map(Expert::model).distinct().count() == 1;
  }

  private record Prompts(List<String> positive, List<String> negative) {
    static Prompts of(Expert expert) {
      return new Prompts(expert.positive(), expert.negative());
    }
  }
}

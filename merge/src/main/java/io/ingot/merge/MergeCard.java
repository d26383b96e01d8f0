package io.ingot.merge;

import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.MergeMethods;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The README.md of a merge that no job made: what was merged, how, under which license, and how to
 * make it again. It names no folder of this machine.
 */
final class MergeCard {
  private final MergePlan plan;
  private final CardText card;

  private MergeCard(MergePlan plan, CardText card) {
    this.plan = plan;
    this.card = card;
  }

  /**
   * Writes the card.
   *
   * @param source the recipe as the user wrote it
   * @param hashes SHA-256 of the weight files; empty when they were not hashed
   */
  static String text(
      MergePlan plan, String title, String source, MergeFacts facts, Map<String, String> hashes) {
    MergeCard parts = new MergeCard(plan, new CardText(facts));
    CardText card = parts.card;
    card.frontMatter(plan.recipe().references(), List.of("mergekit", "merge"));
    card.line("# " + CardText.plain(title)).line("");
    card.line(
            "A merge of language models, made with %s from a [mergekit](https://github.com/arcee-ai/mergekit) recipe."
                .formatted(facts.tool()))
        .line("");
    parts.details();
    parts.models();
    parts.configuration(source);
    card.files(hashes);
    card.usage(title);
    parts.limitations();
    card.license();
    return card.toString();
  }

  private void details() {
    Recipe recipe = plan.recipe();
    MergeMethod method = MergeMethods.get(recipe.method());
    card.line("## Merge Details").line("### Merge Method").line("");
    card.line(
        "Merged with "
            + method
                .source()
                .map(s -> "[%s](%s)".formatted(method.title(), s))
                .orElse(method.title())
            + recipe.base().map(b -> " over " + CardText.link(b) + " as the base").orElse("")
            + ".");
    card.line("");
  }

  private void models() {
    Recipe recipe = plan.recipe();
    card.line("### Models Merged").line("");
    if (card.sources()) {
      return;
    }
    for (ModelRef reference : recipe.references()) {
      if (!recipe.base().map(reference::equals).orElse(false) || recipe.references().size() == 1) {
        card.line("* " + CardText.link(reference));
      }
    }
    card.line("");
  }

  private void configuration(String source) {
    card.line("### Configuration").line("");
    card.configuration(source, plan.recipe().allReferences());
    card.line(
        "%d tensors, %,d parameters, %s%s. Made again from `mergekit_config.yml` with `ingot merge mergekit_config.yml OUT%s%s`."
            .formatted(
                plan.tensors().size(),
                plan.parameters(),
                String.join(", ", new TreeSet<>(dtypes())),
                plan.options().compatible() ? ", exactly as mergekit writes it" : "",
                plan.options().compatible() ? " --compat mergekit" : "",
                random() ? " --random-seed " + plan.options().seed() : ""));
    card.line("");
  }

  private List<String> dtypes() {
    return plan.tensors().stream().map(t -> t.output().dtype().name()).distinct().toList();
  }

  private boolean random() {
    return plan.tensors().stream()
        .anyMatch(t -> t.method().map(m -> m.draws(t.merge()) > 0).orElse(false));
  }

  private void limitations() {
    card.line("## Limitations").line("");
    card.line(
        "Merged weights were not trained further and nothing was measured here: evaluate the model before you rely on it. It inherits the limits and biases of the models above.");
    card.line("");
  }
}

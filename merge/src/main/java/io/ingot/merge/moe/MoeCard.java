package io.ingot.merge.moe;

import io.ingot.merge.CardText;
import io.ingot.merge.MergeFacts;
import io.ingot.merge.moe.MoeRecipe.Expert;
import io.ingot.merge.recipe.ModelRef;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The README.md of a mixture: what it is made of, how, under which license, how to make it again.
 */
final class MoeCard {
  private static final int PROMPT = 60;

  private final MoePlan plan;
  private final CardText card;

  private MoeCard(MoePlan plan, CardText card) {
    this.plan = plan;
    this.card = card;
  }

  /**
   * Writes the card.
   *
   * @param source the recipe as the user wrote it
   * @param hashes SHA-256 of the weight files
   */
  static String text(
      MoePlan plan,
      String title,
      String source,
      long seed,
      MergeFacts facts,
      Map<String, String> hashes) {
    MoeCard parts = new MoeCard(plan, new CardText(facts));
    CardText card = parts.card;
    card.frontMatter(plan.recipe().references(), List.of("mergekit", "merge", "moe"));
    card.line("# " + CardText.plain(title)).line("");
    card.line(
            "A mixture of experts in the %s architecture, made of dense models with %s."
                .formatted(plan.family().name(), facts.tool()))
        .line("");
    parts.experts();
    if (card.sources()) {
      card.line("");
    }
    card.line("## Configuration").line("");
    List<ModelRef> references = plan.recipe().references();
    card.configuration(source, references);
    parts.facts(seed);
    card.files(hashes);
    card.usage(title);
    parts.limitations();
    card.license();
    return card.toString();
  }

  private void experts() {
    MoeRecipe recipe = plan.recipe();
    card.line("## Experts").line("");
    card.line(
            "Attention, norms and embeddings come from %s. Each layer has %d experts; a token goes to %d of them%s."
                .formatted(
                    CardText.link(recipe.base()),
                    plan.shape().experts(),
                    plan.shape().perToken(),
                    recipe.shared().isEmpty() ? "" : " and to the shared one"))
        .line("");
    card.line("| | Model | Prompts it is for |").line("|---|---|---|");
    for (int e = 0; e < recipe.experts().size(); e++) {
      row(String.valueOf(e), recipe.experts().get(e));
    }
    recipe.shared().forEach(e -> row("shared", e));
    card.line("");
    card.line(
        recipe.gateMode().isRandom()
            ? "The routers are random (`%s`): the model has to be trained before it is of use."
                .formatted(recipe.gateMode().text())
            : "The routers were made of these prompts (`%s`), without training."
                .formatted(recipe.gateMode().text()));
    card.line("");
  }

  private void row(String number, Expert expert) {
    boolean none = plan.recipe().gateMode().isRandom() || expert.positive().isEmpty();
    String first = none ? "" : CardText.code(shortened(expert.positive().getFirst()));
    int more = none ? 0 : expert.positive().size() - 1;
    card.line(
        "| %s | %s | %s%s |"
            .formatted(
                number,
                CardText.link(expert.model()),
                first,
                more > 0 ? " and " + more + " more" : ""));
  }

  private static String shortened(String prompt) {
    return prompt.codePointCount(0, prompt.length()) <= PROMPT
        ? prompt
        : prompt.substring(0, prompt.offsetByCodePoints(0, PROMPT)) + "...";
  }

  private void facts(long seed) {
    List<String> dtypes = plan.tensors().stream().map(t -> t.output().dtype().name()).toList();
    boolean random =
        plan.recipe().gateMode().isRandom()
            || plan.tensors().stream()
                .anyMatch(
                    t ->
                        t.content() instanceof MoeTensor.Content.Changed changed
                            && changed.noise().isPresent());
    card.line(
        "%d tensors, %,d parameters of which a token meets %,d, %s. Made again from `mergekit_moe_config.yml` with `ingot moe mergekit_moe_config.yml OUT%s`."
            .formatted(
                plan.tensors().size(),
                plan.parameters(),
                plan.activeParameters(),
                String.join(", ", new TreeSet<>(dtypes)),
                random ? " --random-seed " + seed : ""));
    card.line("");
  }

  private void limitations() {
    card.line("## Limitations").line("");
    card.line(
        "Nothing was trained or measured here: evaluate the model before you rely on it. It inherits the limits and biases of the models above.");
    card.line("");
  }
}

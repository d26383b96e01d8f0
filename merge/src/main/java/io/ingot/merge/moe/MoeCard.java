package io.ingot.merge.moe;

import io.ingot.merge.moe.MoeRecipe.Expert;
import io.ingot.merge.recipe.ModelRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The README.md of a mixture: what it is made of, and how. */
final class MoeCard {
  private MoeCard() {}

  static String text(MoePlan plan, String title, String source) {
    MoeRecipe recipe = plan.recipe();
    StringBuilder text = new StringBuilder("---\n");
    List<String> repositories =
        recipe.references().stream()
            .map(ModelRef::path)
            .filter(MoeCard::isRepository)
            .distinct()
            .toList();
    if (!repositories.isEmpty()) {
      text.append("base_model:\n");
      repositories.forEach(r -> text.append("- ").append(r).append('\n'));
    }
    text.append("library_name: transformers\ntags:\n- mergekit\n- merge\n- moe\n---\n");
    text.append("# ").append(title).append("\n\n");
    text.append(
        "A mixture of experts in the %s architecture, made with Ingot from dense models.\n\n"
            .formatted(plan.family().name()));
    text.append("## Experts\n\n");
    text.append(
        "Attention, norms and embeddings come from %s. Each layer has %d experts, of which a token goes to %d.\n\n"
            .formatted(link(recipe.base()), plan.shape().experts(), plan.shape().perToken()));
    text.append("| # | expert | prompts it is chosen for |\n|---|---|---|\n");
    for (int e = 0; e < recipe.experts().size(); e++) {
      row(text, String.valueOf(e), recipe.experts().get(e), recipe.gateMode());
    }
    recipe.shared().forEach(e -> row(text, "shared", e, recipe.gateMode()));
    text.append("\nRouters: `").append(recipe.gateMode().text()).append("`");
    text.append(
        recipe.gateMode().isRandom()
            ? ". They are random, so the model has to be trained before it is of use.\n"
            : ", made of these prompts without training.\n");
    text.append("\n## Configuration\n\n```yaml\n").append(source);
    if (!source.endsWith("\n")) {
      text.append('\n');
    }
    return text.append("```\n").toString();
  }

  private static void row(StringBuilder text, String number, Expert expert, GateMode mode) {
    String prompts =
        mode.isRandom() || expert.positive().isEmpty() ? "" : cell(expert.positive().getFirst());
    int more = mode.isRandom() ? 0 : expert.positive().size() - 1;
    text.append(
        "| %s | %s | %s%s |\n"
            .formatted(
                number, link(expert.model()), prompts, more > 0 ? " and " + more + " more" : ""));
  }

  /** A prompt on one line, short, and no markup. */
  private static String cell(String prompt) {
    String line = prompt.replaceAll("[\\s|`]+", " ").strip();
    return "`" + (line.length() > 60 ? line.substring(0, 57) + "..." : line) + "`";
  }

  private static String link(ModelRef reference) {
    String base =
        isRepository(reference.path())
            ? "[%1$s](https://huggingface.co/%1$s)".formatted(reference.path())
            : reference.path();
    return base + reference.lora().map(l -> " + " + link(l)).orElse("");
  }

  private static boolean isRepository(String path) {
    return path.matches("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*") && !Files.exists(Path.of(path));
  }
}

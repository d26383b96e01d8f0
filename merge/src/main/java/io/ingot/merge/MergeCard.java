package io.ingot.merge;

import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.MergeMethods;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import java.util.List;

/** The README.md of a merge that no job made: what was merged, and how. */
final class MergeCard {
  private MergeCard() {}

  static String text(MergePlan plan, String title, String source) {
    Recipe recipe = plan.recipe();
    MergeMethod method = MergeMethods.get(recipe.method());
    List<ModelRef> references = recipe.references();
    StringBuilder text = new StringBuilder("---\n");
    List<String> repositories =
        references.stream().map(ModelRef::path).filter(MergeCard::isRepository).distinct().toList();
    if (!repositories.isEmpty()) {
      text.append("base_model:\n");
      repositories.forEach(r -> text.append("- ").append(r).append('\n'));
    }
    text.append("library_name: transformers\ntags:\n- mergekit\n- merge\n---\n");
    text.append("# ").append(title).append("\n\n");
    text.append("A merge of language models, made with Ingot from a mergekit recipe.\n\n");
    text.append("## Merge Details\n### Merge Method\n\nMerged with ");
    text.append(
        method.source().map(s -> "[%s](%s)".formatted(method.title(), s)).orElse(method.title()));
    recipe.base().ifPresent(b -> text.append(" over ").append(link(b)).append(" as the base"));
    text.append(".\n\n### Models Merged\n\n");
    for (ModelRef reference : references) {
      if (!recipe.base().equals(java.util.Optional.of(reference)) || references.size() == 1) {
        text.append("* ").append(link(reference)).append('\n');
      }
    }
    text.append("\n### Configuration\n\n```yaml\n").append(source);
    if (!source.endsWith("\n")) {
      text.append('\n');
    }
    return text.append("```\n").toString();
  }

  private static String link(ModelRef reference) {
    String base =
        isRepository(reference.path())
            ? "[%1$s](https://huggingface.co/%1$s)".formatted(reference.path())
            : reference.path();
    return base + reference.lora().map(l -> " + " + link(l)).orElse("");
  }

  private static boolean isRepository(String path) {
    return path.matches("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*")
        && !java.nio.file.Files.exists(java.nio.file.Path.of(path));
  }
}

package io.ingot.merge;

import io.ingot.merge.MergeFacts.Source;
import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.MergeMethods;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The README.md of a merge that no job made: what was merged, how, under which license, and how to
 * make it again. It names no folder of this machine.
 */
final class MergeCard {
  private static final Pattern TICKS = Pattern.compile("`{3,}");

  private final MergePlan plan;
  private final MergeFacts facts;
  private final StringBuilder text = new StringBuilder();

  private MergeCard(MergePlan plan, MergeFacts facts) {
    this.plan = plan;
    this.facts = facts;
  }

  /**
   * Writes the card.
   *
   * @param source the recipe as the user wrote it
   * @param hashes SHA-256 of the weight files; empty when they were not hashed
   */
  static String text(
      MergePlan plan, String title, String source, MergeFacts facts, Map<String, String> hashes) {
    MergeCard card = new MergeCard(plan, facts);
    card.frontMatter();
    card.line("# " + plain(title)).line("");
    card.line(
            "A merge of language models, made with %s from a [mergekit](https://github.com/arcee-ai/mergekit) recipe."
                .formatted(facts.tool()))
        .line("");
    card.details();
    card.models();
    card.configuration(source);
    card.files(hashes);
    card.usage(title);
    card.limitations();
    card.license();
    return card.text.toString();
  }

  private MergeCard line(String line) {
    text.append(line).append('\n');
    return this;
  }

  private void frontMatter() {
    line("---");
    facts
        .license()
        .ifPresent(
            license -> {
              line("license: " + scalar(license.id()));
              license.name().ifPresent(name -> line("license_name: " + scalar(name)));
              license.link().ifPresent(link -> line("license_link: " + scalar(link)));
            });
    Set<String> bases = new LinkedHashSet<>(facts.bases());
    plan.recipe().references().stream()
        .map(ModelRef::path)
        .filter(MergeCard::isRepository)
        .forEach(bases::add);
    if (!bases.isEmpty()) {
      line("base_model:");
      bases.forEach(r -> line("- " + scalar(r)));
      line("base_model_relation: merge");
    }
    line("library_name: transformers").line("pipeline_tag: text-generation");
    line("tags:").line("- mergekit").line("- merge").line("---");
  }

  private void details() {
    Recipe recipe = plan.recipe();
    MergeMethod method = MergeMethods.get(recipe.method());
    line("## Merge Details").line("### Merge Method").line("");
    line(
        "Merged with "
            + method
                .source()
                .map(s -> "[%s](%s)".formatted(method.title(), s))
                .orElse(method.title())
            + recipe.base().map(b -> " over " + link(b) + " as the base").orElse("")
            + ".");
    line("");
  }

  private void models() {
    Recipe recipe = plan.recipe();
    line("### Models Merged").line("");
    if (facts.sources().isEmpty()) {
      for (ModelRef reference : recipe.references()) {
        if (!recipe.base().map(reference::equals).orElse(false)
            || recipe.references().size() == 1) {
          line("* " + link(reference));
        }
      }
      line("");
      return;
    }
    line("| Model | Revision | License |").line("|---|---|---|");
    for (Source source : facts.sources()) {
      String name =
          source.repository()
              ? "[%1$s](https://huggingface.co/%1$s)".formatted(source.name())
              : code(source.name());
      line(
          "| %s | %s | %s |"
              .formatted(
                  name,
                  source.revision().map(MergeCard::code).orElse(""),
                  source.license().map(MergeCard::cell).orElse("not stated")));
    }
    line("");
  }

  private void configuration(String source) {
    String shown = shareable(source);
    String fence = "```";
    for (Matcher ticks = TICKS.matcher(shown); ticks.find(); ) {
      fence = ticks.group().length() >= fence.length() ? ticks.group() + "`" : fence;
    }
    line("### Configuration").line("").line(fence + "yaml");
    text.append(shown).append(shown.endsWith("\n") ? "" : "\n");
    line(fence).line("");
    if (!shown.equals(source)) {
      line("Folders are given by their last name.").line("");
    }
    line(
        "%d tensors, %,d parameters, %s%s. Made again from `mergekit_config.yml` with `ingot merge mergekit_config.yml OUT%s%s`."
            .formatted(
                plan.tensors().size(),
                plan.parameters(),
                String.join(", ", new TreeSet<>(dtypes())),
                plan.options().compatible() ? ", exactly as mergekit writes it" : "",
                plan.options().compatible() ? " --compat mergekit" : "",
                random() ? " --random-seed " + plan.options().seed() : ""));
    line("");
  }

  private List<String> dtypes() {
    return plan.tensors().stream().map(t -> t.output().dtype().name()).distinct().toList();
  }

  private boolean random() {
    return plan.tensors().stream()
        .anyMatch(t -> t.method().map(m -> m.draws(t.merge()) > 0).orElse(false));
  }

  /** The recipe without folders of this machine. */
  private String shareable(String source) {
    List<String> paths = new ArrayList<>();
    for (ModelRef reference : plan.recipe().allReferences()) {
      paths.add(reference.path());
      reference.lora().ifPresent(l -> paths.add(l.path()));
    }
    String shown = source;
    paths.sort(Comparator.comparing(String::length).reversed());
    for (String path : paths) {
      if (!isRepository(path) && path.contains("/")) {
        shown = shown.replace(path, lastName(path));
      }
    }
    return shown;
  }

  private void files(Map<String, String> hashes) {
    if (hashes.isEmpty()) {
      return;
    }
    line("## Files").line("").line("| File | SHA-256 |").line("|---|---|");
    hashes.forEach((name, hash) -> line("| %s | %s |".formatted(code(name), code(hash))));
    line("");
  }

  private void usage(String title) {
    line("## Usage").line("").line("```python");
    line("from transformers import AutoModelForCausalLM, AutoTokenizer").line("");
    String name = title.replaceAll("[^A-Za-z0-9._-]", "_");
    line("tokenizer = AutoTokenizer.from_pretrained(\"" + name + "\")");
    line("model = AutoModelForCausalLM.from_pretrained(\"" + name + "\", dtype=\"auto\")");
    line("```").line("");
  }

  private void limitations() {
    line("## Limitations").line("");
    line(
        "Merged weights were not trained further and nothing was measured here: evaluate the model before you rely on it. It inherits the limits and biases of the models above.");
    line("");
  }

  private void license() {
    line("## License and attribution").line("");
    if (facts.license().isEmpty()) {
      line("The licenses of the merged models apply; they were not looked at here.");
      return;
    }
    MergeFacts.License license = facts.license().get();
    line(
        "License: "
            + code(license.name().orElse(license.id()))
            + (facts.documents().containsKey("LICENSE") ? ", see [LICENSE](LICENSE)." : "."));
    lines("What binds whoever passes it on:", facts.duties());
    lines("To consider before publishing:", facts.concerns());
  }

  private void lines(String heading, List<String> lines) {
    if (!lines.isEmpty()) {
      line("").line(heading).line("");
      lines.forEach(l -> line("- " + plain(l)));
    }
  }

  private static String link(ModelRef reference) {
    String base =
        isRepository(reference.path())
            ? "[%1$s](https://huggingface.co/%1$s)".formatted(reference.path())
            : code(lastName(reference.path()));
    return base + reference.lora().map(l -> " + " + link(l)).orElse("");
  }

  static String lastName(String path) {
    Path name = Path.of(path).normalize().getFileName();
    return name == null ? path : name.toString();
  }

  /** A word of YAML, quoted where it might be read as something else. */
  private static String scalar(String value) {
    return value.matches("[A-Za-z][A-Za-z0-9._/-]*")
            && !value.matches("(?i)true|false|null|yes|no|on|off")
        ? value
        : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\s", " ") + "\"";
  }

  private static String code(String value) {
    return "`" + cell(value).replace("`", "'") + "`";
  }

  private static String cell(String value) {
    return plain(value).replace("|", "\\|");
  }

  private static String plain(String value) {
    return value.replaceAll("\\s+", " ").replace("<", "&lt;");
  }

  static boolean isRepository(String path) {
    return path.matches("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*") && !Files.exists(Path.of(path));
  }
}

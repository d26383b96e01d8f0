package io.ingot.merge;

import io.ingot.merge.MergeFacts.Source;
import io.ingot.merge.recipe.ModelRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts that the cards of all kinds of merges share. It names no folder of this machine. Not
 * thread-safe.
 */
public final class CardText {
  private static final Pattern TICKS = Pattern.compile("`{3,}");

  private final MergeFacts facts;
  private final StringBuilder text = new StringBuilder();

  public CardText(MergeFacts facts) {
    this.facts = facts;
  }

  /** Everything so far. */
  @Override
  public String toString() {
    return text.toString();
  }

  /** Adds a line. */
  public CardText line(String line) {
    text.append(line).append('\n');
    return this;
  }

  /** What the Hub reads: license, bases, tags. */
  public void frontMatter(List<ModelRef> references, List<String> tags) {
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
    references.stream().map(ModelRef::path).filter(CardText::isRepository).forEach(bases::add);
    if (!bases.isEmpty()) {
      line("base_model:");
      bases.forEach(r -> line("- " + scalar(r)));
      line("base_model_relation: merge");
    }
    line("library_name: transformers").line("pipeline_tag: text-generation");
    line("tags:");
    tags.forEach(t -> line("- " + t));
    line("---");
  }

  /**
   * The models with their revisions and licenses, as far as they were looked at.
   *
   * @return whether they were
   */
  public boolean sources() {
    if (facts.sources().isEmpty()) {
      return false;
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
                  source.revision().map(CardText::code).orElse(""),
                  source.license().map(CardText::cell).orElse("not stated")));
    }
    line("");
    return true;
  }

  /**
   * The recipe in a fence, without folders of this machine.
   *
   * @param references all models that it names
   */
  public void configuration(String source, List<ModelRef> references) {
    String shown = shareable(source, references);
    String fence = "```";
    for (Matcher ticks = TICKS.matcher(shown); ticks.find(); ) {
      fence = ticks.group().length() >= fence.length() ? ticks.group() + "`" : fence;
    }
    line(fence + "yaml");
    text.append(shown).append(shown.endsWith("\n") ? "" : "\n");
    line(fence).line("");
    if (!shown.equals(source)) {
      line("Folders are given by their last name.").line("");
    }
  }

  /** The recipe without folders of this machine. */
  private static String shareable(String source, List<ModelRef> references) {
    List<String> paths = new ArrayList<>();
    for (ModelRef reference : references) {
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

  /** The weight files with their hashes; nothing when they were not hashed. */
  public void files(Map<String, String> hashes) {
    if (hashes.isEmpty()) {
      return;
    }
    line("## Files").line("").line("| File | SHA-256 |").line("|---|---|");
    hashes.forEach((name, hash) -> line("| %s | %s |".formatted(code(name), code(hash))));
    line("");
  }

  /** How to load it. */
  public void usage(String title) {
    line("## Usage").line("").line("```python");
    line("from transformers import AutoModelForCausalLM, AutoTokenizer").line("");
    String name = title.replaceAll("[^A-Za-z0-9._-]", "_");
    line("tokenizer = AutoTokenizer.from_pretrained(\"" + name + "\")");
    line("model = AutoModelForCausalLM.from_pretrained(\"" + name + "\", dtype=\"auto\")");
    line("```").line("");
  }

  /** What the licenses of all models together say. */
  public void license() {
    line("## License and attribution").line("");
    if (facts.license().isPresent()) {
      MergeFacts.License license = facts.license().get();
      line(
          "License: "
              + code(license.name().orElse(license.id()))
              + (facts.documents().containsKey("LICENSE") ? ", see [LICENSE](LICENSE)." : "."));
    } else if (facts.sources().isEmpty()) {
      line("The licenses of the merged models apply; they were not looked at here.");
    } else {
      line("No license can be named: not all of the merged models state theirs.");
    }
    lines("What binds whoever passes it on:", facts.duties());
    lines("To consider before publishing:", facts.concerns());
  }

  private void lines(String heading, List<String> lines) {
    if (!lines.isEmpty()) {
      line("").line(heading).line("");
      lines.forEach(l -> line("- " + plain(l)));
    }
  }

  /** A repository as a link, a folder by its last name. */
  public static String link(ModelRef reference) {
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

  /** In ticks, on one line of a table. */
  public static String code(String value) {
    return "`" + cell(value).replace("`", "'") + "`";
  }

  public static String cell(String value) {
    return plain(value).replace("|", "\\|");
  }

  public static String plain(String value) {
    return value.replaceAll("\\s+", " ").replace("<", "&lt;");
  }

  static boolean isRepository(String path) {
    return path.matches("[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*") && !Files.exists(Path.of(path));
  }
}

package io.ingot.card;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.license.FrontMatter;
import io.ingot.license.LicenseCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Judges a card: what the Hub would refuse and what misleads a reader fails hard; what a good card
 * says counts up to 100 points.
 */
public final class CardLint {
  private static final Set<String> RELATIONS = Set.of("finetune", "adapter", "merge", "quantized");
  private static final Set<String> LANGUAGES = Set.of(Locale.getISOLanguages());
  private static final Pattern PLACEHOLDER =
      Pattern.compile(
          "(?i)\\[?\\bmore information (is )?needed\\b\\]?|\\bTODO\\b|\\bFIXME\\b|\\bTBD\\b|lorem ipsum"
              + "|\\{\\{[^}]*\\}\\}|\\[(your|insert|add)\\b[^\\]]*\\]|<your[^>]*>");
  private static final Pattern CODE = Pattern.compile("(?ms)^(`{3,})[^\\n]*\\n.*?^\\1\\s*$");
  private static final Pattern TEMPLATE = Pattern.compile("(?ms)^(`{3,})jinja\\n.*?^\\1\\s*$");
  private static final Pattern SHA256 = Pattern.compile("\\b[0-9a-f]{64}\\b");
  private static final Pattern COMMIT = Pattern.compile("\\b[0-9a-f]{40}\\b");
  private static final Pattern REPOSITORY =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)?");

  private final String body;
  private final String lower;
  private final ObjectNode data;
  private final List<String> failures = new ArrayList<>();
  private final List<LintReport.Check> checks = new ArrayList<>();

  private CardLint(FrontMatter card) {
    this.body = card.body();
    this.lower = body.toLowerCase(Locale.ROOT);
    this.data = card.data();
  }

  /**
   * Lints the text of a card.
   *
   * @param place name of the file, for messages
   */
  public static LintReport lint(String card, String place) {
    FrontMatter parsed;
    try {
      parsed = FrontMatter.read(card, place);
    } catch (IngotException e) {
      return new LintReport(0, List.of(String.valueOf(e.getMessage())), List.of());
    }
    CardLint lint = new CardLint(parsed);
    if (parsed.data().isEmpty()) {
      lint.failures.add("the card has no front matter: it must begin with a line '---'");
    } else if (hasTabs(card)) {
      lint.failures.add("the front matter holds tabs; YAML wants spaces");
    }
    lint.hard(card);
    lint.items();
    int score = lint.checks.stream().mapToInt(LintReport.Check::points).sum();
    return new LintReport(score, List.copyOf(lint.failures), List.copyOf(lint.checks));
  }

  private static boolean hasTabs(String card) {
    return card.lines()
        .skip(1)
        .takeWhile(line -> !line.stripTrailing().equals("---"))
        .anyMatch(line -> line.startsWith("\t"));
  }

  private void hard(String card) {
    license();
    bases();
    languages();
    modelIndex();
    JsonNode emissions = data.path("co2_eq_emissions");
    if (emissions.isObject() && !emissions.path("emissions").isNumber()) {
      failures.add("co2_eq_emissions.emissions must be a number of grams");
    }
    if (data.has("licence")) {
      failures.add("'licence' is no key of a card; it is spelled 'license'");
    }
    // Code may hold braces of its own, such as a chat template.
    var placeholder = PLACEHOLDER.matcher(CODE.matcher(card).replaceAll(""));
    if (placeholder.find()) {
      failures.add("placeholder text: '" + placeholder.group().strip() + "'");
    }
    failures.addAll(Leaks.secrets(card));
    // A prompt template may name folders of a sandbox; it came with the base.
    failures.addAll(
        Leaks.paths(
            TEMPLATE
                .matcher(card)
                .replaceAll(match -> "\n".repeat((int) match.group().lines().count() - 1))));
  }

  private void license() {
    JsonNode license = data.path("license");
    if (!license.isTextual() || license.asText().isBlank()) {
      failures.add(
          license.isArray()
              ? "license is a list, which leaves open whether all bind or one may be chosen"
              : "license is missing");
      return;
    }
    String id = license.asText();
    LicenseCatalog catalog = LicenseCatalog.standard();
    if (!catalog.hubIds().contains(id)) {
      String proposal =
          catalog
              .find(id)
              .map(l -> l.hub() ? "write " + l.id() : "write other, with license_name: " + l.id())
              .orElse("write other, with license_name and license_link");
      failures.add("the Hub does not know license '" + id + "'; " + proposal);
    }
    if (id.equals("other")
        && !(text("license_name").isPresent() && text("license_link").isPresent())) {
      failures.add("license: other needs license_name and license_link");
    }
    if (id.equals("unknown")) {
      failures.add("license: unknown lets nobody use the model");
    }
  }

  private void bases() {
    for (String base : strings(data.path("base_model"))) {
      if (!REPOSITORY.matcher(base).matches() || base.contains("..")) {
        failures.add("base_model '" + base + "' is no repository ORG/NAME");
      }
    }
    text("base_model_relation")
        .filter(relation -> !RELATIONS.contains(relation))
        .ifPresent(
            relation ->
                failures.add(
                    "base_model_relation '"
                        + relation
                        + "' is none of adapter, finetune, merge, quantized"));
  }

  private void languages() {
    for (String language : strings(data.path("language"))) {
      boolean known =
          LANGUAGES.contains(language)
              || language.matches("[a-z]{3}(-[A-Za-z0-9-]+)?")
              || language.equals("code")
              || language.equals("multilingual");
      if (!known) {
        failures.add("language '" + language + "' is no code of ISO 639");
      }
    }
  }

  private void modelIndex() {
    JsonNode index = data.path("model-index");
    if (index.isMissingNode()) {
      return;
    }
    if (!index.isArray()) {
      failures.add("model-index must be a list");
      return;
    }
    for (JsonNode model : index) {
      for (JsonNode result : model.path("results")) {
        boolean whole =
            result.path("task").path("type").isTextual()
                && result.path("dataset").path("type").isTextual()
                && result.path("dataset").path("name").isTextual()
                && result.path("metrics").isArray();
        for (JsonNode metric : result.path("metrics")) {
          whole &= metric.path("type").isTextual() && metric.hasNonNull("value");
        }
        if (result.has("source")) {
          whole &= result.path("source").path("url").isTextual();
        }
        if (!whole) {
          failures.add(
              "model-index: a result needs task.type, dataset.type, dataset.name and metrics of"
                  + " type and value");
          return;
        }
      }
    }
  }

  private void items() {
    boolean licensed = failures.stream().noneMatch(f -> f.contains("icense"));
    item("license", 15, licensed, "an identifier that the Hub knows");
    boolean bases = !strings(data.path("base_model")).isEmpty();
    item(
        "parents",
        10,
        bases && COMMIT.matcher(body).find(),
        "base_model, and the commit of every parent in the text");
    item("relation", 5, text("base_model_relation").isPresent(), "base_model_relation");
    item(
        "files",
        10,
        SHA256.matcher(body).find() && lower.contains("sha"),
        "a table of files with SHA-256");
    item(
        "recipe",
        10,
        lower.contains("hyper-parameter")
            || lower.contains("hyperparameter")
            || lower.contains("merge_method")
            || lower.contains("recipe"),
        "settings or recipe to make it again");
    item(
        "data",
        10,
        !strings(data.path("datasets")).isEmpty() || heading("data", "dataset"),
        "the data it was trained on");
    boolean table = heading("evaluation", "results", "benchmark") && body.contains("|");
    item(
        "evaluation",
        15,
        table && (lower.contains("base") || lower.contains("before")),
        "a table of scores beside the base");
    item("limitations", 10, heading("limit", "risk", "bias"), "what it cannot do");
    item("usage", 5, body.contains("```"), "code to run it");
    item("attribution", 5, heading("licen", "attribution"), "a section on license and attribution");
    item(
        "clean",
        5,
        failures.stream().noneMatch(f -> f.contains("placeholder") || f.contains("holds")),
        "no placeholders, secrets or paths");
  }

  private void item(String name, int points, boolean there, String wanted) {
    checks.add(
        new LintReport.Check(name, there ? points : 0, points, there ? "" : "missing: " + wanted));
  }

  private boolean heading(String... words) {
    return lower
        .lines()
        .filter(line -> line.startsWith("#"))
        .anyMatch(line -> List.of(words).stream().anyMatch(line::contains));
  }

  private Optional<String> text(String key) {
    JsonNode node = data.path(key);
    return node.isTextual() && !node.asText().isBlank()
        ? Optional.of(node.asText())
        : Optional.empty();
  }

  private static List<String> strings(JsonNode node) {
    List<String> values = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(value -> values.add(value.asText()));
    } else if (node.isValueNode() && !node.isNull() && !node.isMissingNode()) {
      values.add(node.asText());
    }
    return values;
  }
}

package io.ingot.merge.recipe;

import io.ingot.error.IngotException;
import io.ingot.merge.recipe.RecipeProblem.Severity;
import io.ingot.merge.recipe.RecipeReader.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.yaml.snakeyaml.nodes.Node;

/**
 * The documents of a recipe file, as in mergekit-multi: all but one have a {@code name}, and where
 * a model is expected, the name of another document means its result.
 *
 * @param documents each behind those whose results it reads; empty when there are errors
 */
public record RecipeDocuments(List<RecipeDocument> documents, List<RecipeProblem> problems) {
  /** Names become folders. */
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

  /**
   * Reads a file.
   *
   * @param file how messages name it
   * @throws IngotException INVALID when it is no YAML, or empty
   */
  public static RecipeDocuments read(String file, String text) {
    return new Draft(RecipeReader.compose(file, text), DocumentTexts.split(text)).finish();
  }

  /** The document without a name. */
  public Optional<RecipeDocument> unnamed() {
    return documents.stream().filter(d -> d.name().isEmpty()).findFirst();
  }

  /** Those that the unnamed document needs, and itself; without one: all. */
  public List<RecipeDocument> needed() {
    if (unnamed().isEmpty()) {
      return documents;
    }
    SequencedSet<String> wanted = new LinkedHashSet<>();
    for (RecipeDocument document : documents.reversed()) {
      if (document.name().isEmpty() || wanted.contains(document.name().get())) {
        wanted.addAll(document.uses());
      }
    }
    return documents.stream().filter(d -> d.name().map(wanted::contains).orElse(true)).toList();
  }

  /** The documents while they are checked and ordered. */
  private static final class Draft {
    private final List<Node> nodes;
    private final List<String> texts;
    private final List<RecipeProblem> problems = new ArrayList<>();
    private final List<Recipe> recipes = new ArrayList<>();
    private final Map<String, Integer> named = new LinkedHashMap<>();
    private final List<SequencedSet<String>> uses = new ArrayList<>();

    Draft(List<Node> nodes, List<String> texts) {
      this.nodes = nodes;
      this.texts = texts;
    }

    RecipeDocuments finish() {
      for (Node node : nodes) {
        Reading reading = RecipeReader.read(node, "");
        problems.addAll(reading.problems());
        if (reading.recipe() != null) {
          recipes.add(reading.recipe());
        }
      }
      if (recipes.size() == nodes.size()) {
        names();
        for (int i = 0; i < recipes.size(); i++) {
          uses.add(usedBy(i));
        }
      }
      List<RecipeDocument> ordered = failed() ? List.of() : order();
      // Some nodes are read more than once.
      return new RecipeDocuments(
          failed() ? List.of() : ordered, problems.stream().distinct().toList());
    }

    private boolean failed() {
      return problems.stream().anyMatch(p -> p.severity() == Severity.ERROR);
    }

    private YamlNode node(int document) {
      return new YamlNode(nodes.get(document), "", problems);
    }

    private void names() {
      int unnamed = -1;
      for (int i = 0; i < recipes.size(); i++) {
        Optional<String> name = recipes.get(i).name();
        if (name.isEmpty()) {
          if (unnamed >= 0) {
            node(i)
                .error(
                    "a second document without 'name'; only one may have none, that at line %d has"
                            .formatted(line(unnamed))
                        + " none either");
          }
          unnamed = i;
        } else if (nodes.size() > 1) {
          name(i, name.get());
        }
      }
    }

    private void name(int document, String name) {
      YamlNode place = RecipeReader.child(node(document).map(), "name");
      if (!name.matches(NAME)) {
        place.error(
            "'%s' is no name; expected letters, digits, '.', '_' and '-' (it becomes a folder)"
                .formatted(name));
      }
      Integer other = named.putIfAbsent(name, document);
      if (other != null) {
        place.error(
            "the name '%s' is taken by the document at line %d".formatted(name, line(other)));
      }
    }

    private int line(int document) {
      return nodes.get(document).getStartMark().getLine() + 1;
    }

    /** Depth first, in the order of the file. */
    private List<RecipeDocument> order() {
      Map<Integer, RecipeDocument> done = new LinkedHashMap<>();
      for (int i = 0; i < recipes.size(); i++) {
        visit(i, new LinkedHashSet<>(), done);
      }
      return List.copyOf(done.values());
    }

    private void visit(int document, SequencedSet<String> path, Map<Integer, RecipeDocument> done) {
      if (done.containsKey(document)) {
        return;
      }
      Recipe recipe = recipes.get(document);
      recipe.name().ifPresent(path::addLast);
      for (String used : uses.get(document)) {
        if (path.contains(used)) {
          circle(document, used, path);
          continue;
        }
        visit(index(used), path, done);
      }
      recipe.name().ifPresent(path::remove);
      done.put(
          document,
          new RecipeDocument(recipe, texts.get(document), uses.get(document), source(document)));
    }

    private int index(String name) {
      return java.util.Objects.requireNonNull(named.get(name));
    }

    private void circle(int document, String used, SequencedSet<String> path) {
      List<String> steps = new ArrayList<>(path);
      List<String> circle = new ArrayList<>(steps.subList(steps.indexOf(used), steps.size()));
      YamlNode place = node(document).mention(used).orElse(node(document));
      if (circle.size() == 1) {
        place.error("'" + used + "' is this document itself; a merge cannot read its own result");
      } else {
        circle.add(used);
        place.error("the documents need each other in a circle: " + String.join(" -> ", circle));
      }
    }

    private SequencedSet<String> usedBy(int document) {
      SequencedSet<String> found = new LinkedHashSet<>();
      List<String> names = List.copyOf(named.keySet());
      for (ModelRef reference : recipes.get(document).allReferences()) {
        if (RecipeDocument.means(reference, names)) {
          found.add(reference.path());
        }
        reference
            .lora()
            .filter(lora -> RecipeDocument.means(lora, names))
            .ifPresent(
                lora ->
                    node(document)
                        .mention(lora.path())
                        .orElse(node(document))
                        .error(
                            "'%s' is a whole model; it cannot stand behind a plus, where an adapter is expected"
                                .formatted(lora.path())));
      }
      return found;
    }

    /** Texts of everything that a document needs, in the order of the file, then its own. */
    private String source(int document) {
      SequencedSet<Integer> needed = new LinkedHashSet<>();
      collect(document, needed);
      needed.remove(document);
      List<String> parts =
          new ArrayList<>(needed.stream().sorted().map(texts::get).map(Draft::closed).toList());
      parts.add(texts.get(document));
      return String.join("---\n", parts);
    }

    private void collect(int document, SequencedSet<Integer> needed) {
      if (needed.add(document)) {
        uses.get(document).forEach(name -> collect(index(name), needed));
      }
    }

    private static String closed(String text) {
      return text.endsWith("\n") ? text : text + "\n";
    }
  }
}

package io.ingot.merge.recipe;

import io.ingot.error.IngotException;
import io.ingot.merge.recipe.Recipe.Module;
import io.ingot.merge.recipe.Recipe.Range;
import io.ingot.merge.recipe.Recipe.Slice;
import io.ingot.merge.recipe.Recipe.Source;
import io.ingot.merge.recipe.RecipeProblem.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads recipes in mergekit's grammar and says everything that is wrong with them at once, with
 * positions.
 */
public final class RecipeReader {
  private static final List<String> TOP =
      List.of(
          "merge_method",
          "models",
          "slices",
          "modules",
          "base_model",
          "parameters",
          "dtype",
          "out_dtype",
          "tokenizer_source",
          "tokenizer",
          "chat_template",
          "name");

  /**
   * What was read.
   *
   * @param recipe null when there are errors
   */
  public record Reading(@Nullable Recipe recipe, List<RecipeProblem> problems) {
    /** Whether nothing of this severity or worse was found. */
    public boolean clean() {
      return recipe != null
          && problems.stream().noneMatch(p -> p.severity() == Severity.UNKNOWN_KEY);
    }
  }

  private RecipeReader() {}

  /**
   * Reads the documents of a text.
   *
   * @param file how messages name it
   * @throws IngotException INVALID when it is no YAML
   */
  public static List<Reading> readAll(String file, String text) {
    return compose(file, text).stream().map(node -> read(node, "")).toList();
  }

  /** The documents of a text as nodes, at least one. */
  static List<Node> compose(String file, String text) {
    List<Node> nodes = YamlDocuments.compose(file, text);
    if (nodes.isEmpty()) {
      throw IngotException.invalid(file + " is empty; a merge recipe was expected");
    }
    return nodes;
  }

  /**
   * Reads one recipe.
   *
   * @param path of keys to this node, for messages; empty for a file of its own
   */
  public static Reading read(Node node, String path) {
    List<RecipeProblem> problems = new ArrayList<>();
    Recipe recipe = new RecipeReader().recipe(new YamlNode(node, path, problems));
    boolean failed = problems.stream().anyMatch(p -> p.severity() == Severity.ERROR);
    // Some nodes are read more than once.
    return new Reading(failed ? null : recipe, problems.stream().distinct().toList());
  }

  private @Nullable Recipe recipe(YamlNode root) {
    Map<String, YamlNode> keys = root.map();
    YamlNode.rejectUnknown(keys, TOP);
    String method = "";
    if (present(keys, "merge_method")) {
      method = orEmpty(child(keys, "merge_method").text());
    } else {
      root.error("merge_method is missing");
    }
    Map<String, Module> modules = modules(root, keys);
    Recipe recipe =
        new Recipe(
            method,
            optional(keys, "base_model").map(RecipeReader::modelRef),
            modules,
            parameters(keys),
            optional(keys, "dtype").map(n -> orEmpty(n.text())),
            optional(keys, "out_dtype").map(n -> orEmpty(n.text())),
            tokenizer(keys),
            optional(keys, "chat_template").map(n -> orEmpty(n.text())),
            optional(keys, "name").map(n -> orEmpty(n.text())));
    RecipeCheck.check(recipe, keys, root);
    return recipe;
  }

  private static Map<String, Module> modules(YamlNode root, Map<String, YamlNode> keys) {
    List<String> given =
        List.of("models", "slices", "modules").stream().filter(k -> present(keys, k)).toList();
    if (given.size() != 1) {
      root.error(
          "exactly one of 'models', 'slices' and 'modules' must be there and not be empty; found "
              + (given.isEmpty() ? "none" : String.join(" and ", given)));
      return Map.of();
    }
    if (!given.getFirst().equals("modules")) {
      return Map.of(Recipe.WHOLE, module(keys, Map.of()));
    }
    Map<String, Module> modules = new LinkedHashMap<>();
    child(keys, "modules")
        .map()
        .forEach(
            (name, node) -> {
              Map<String, YamlNode> inner = node.map();
              YamlNode.rejectUnknown(inner, List.of("models", "slices", "parameters"));
              if (present(inner, "models") == present(inner, "slices")) {
                node.error("exactly one of 'models' and 'slices' must be there and not be empty");
              }
              modules.put(name, module(inner, parameters(inner)));
            });
    return modules;
  }

  private static Module module(Map<String, YamlNode> keys, Map<String, Setting> parameters) {
    List<Source> models = new ArrayList<>();
    List<Slice> slices = new ArrayList<>();
    if (present(keys, "models")) {
      for (YamlNode model : child(keys, "models").list()) {
        models.add(source(model, false));
      }
    }
    if (present(keys, "slices")) {
      for (YamlNode slice : child(keys, "slices").list()) {
        slices.add(slice(slice));
      }
    }
    return new Module(models, slices, parameters);
  }

  private static Slice slice(YamlNode node) {
    Map<String, YamlNode> keys = node.map();
    YamlNode.rejectUnknown(keys, List.of("sources", "base_model", "parameters", "residual_weight"));
    List<Source> sources = new ArrayList<>();
    if (present(keys, "sources")) {
      for (YamlNode source : child(keys, "sources").list()) {
        sources.add(source(source, true));
      }
    } else {
      node.error("a slice needs 'sources'");
    }
    return new Slice(
        sources, optional(keys, "base_model").map(RecipeReader::modelRef), parameters(keys));
  }

  private static Source source(YamlNode node, boolean ranged) {
    Map<String, YamlNode> keys = node.map();
    YamlNode.rejectUnknown(keys, List.of("model", "layer_range", "parameters"));
    ModelRef model = ModelRef.of("");
    if (present(keys, "model")) {
      model = modelRef(child(keys, "model"));
    } else {
      node.error("'model' is missing");
    }
    Optional<Range> range = Optional.empty();
    if (present(keys, "layer_range") && !ranged) {
      child(keys, "layer_range")
          .problem(Severity.WARNING, "layer_range has no effect under 'models'; use 'slices'");
    } else if (ranged && present(keys, "layer_range")) {
      range = range(child(keys, "layer_range"));
    } else if (ranged) {
      node.error("'layer_range: [from, to]' is missing");
    }
    return new Source(model, range, parameters(keys));
  }

  private static Optional<Range> range(YamlNode node) {
    List<YamlNode> ends = node.list();
    double[] numbers = ends.stream().mapToDouble(e -> e.number().orElse(-1)).toArray();
    if (numbers.length != 2
        || numbers[0] < 0
        || numbers[1] < numbers[0]
        || numbers[0] != Math.rint(numbers[0])
        || numbers[1] != Math.rint(numbers[1])
        || numbers[1] > 100_000) {
      node.error("expected two whole numbers [from, to) with 0 <= from <= to");
      return Optional.empty();
    }
    return Optional.of(new Range((int) numbers[0], (int) numbers[1]));
  }

  /** A model reference: text, or a mapping with {@code model} and {@code lora}. */
  public static ModelRef modelRef(YamlNode node) {
    if (!node.isMap()) {
      return parse(node);
    }
    Map<String, YamlNode> keys = node.map();
    if (!keys.containsKey("model") && keys.containsKey("path")) {
      return pathRef(node, keys);
    }
    YamlNode.rejectUnknown(keys, List.of("model", "lora", "override_architecture"));
    if (!present(keys, "model")) {
      node.error("'model' is missing");
      return ModelRef.of("");
    }
    ModelRef model = modelPart(child(keys, "model"));
    return new ModelRef(
        model.path(),
        model.revision(),
        optional(keys, "lora").map(RecipeReader::modelPart),
        optional(keys, "override_architecture").map(n -> orEmpty(n.text())));
  }

  private static ModelRef modelPart(YamlNode node) {
    return node.isMap() ? pathRef(node, node.map()) : parse(node);
  }

  private static ModelRef pathRef(YamlNode node, Map<String, YamlNode> keys) {
    YamlNode.rejectUnknown(keys, List.of("path", "revision"));
    if (!present(keys, "path")) {
      node.error("'path' is missing");
      return ModelRef.of("");
    }
    return new ModelRef(
        orEmpty(child(keys, "path").text()),
        optional(keys, "revision").map(n -> orEmpty(n.text())),
        Optional.empty(),
        Optional.empty());
  }

  private static ModelRef parse(YamlNode node) {
    String text = node.text();
    if (text == null) {
      return ModelRef.of("");
    }
    try {
      return ModelRef.parse(text);
    } catch (IngotException e) {
      node.error(String.valueOf(e.getMessage()));
      return ModelRef.of(text);
    }
  }

  private static Map<String, Setting> parameters(Map<String, YamlNode> keys) {
    Map<String, Setting> settings = new LinkedHashMap<>();
    optional(keys, "parameters")
        .ifPresent(
            node ->
                node.map()
                    .forEach(
                        (name, value) -> {
                          if (!value.isNull()) {
                            settings.put(name, SettingReader.read(value));
                          }
                        }));
    return settings;
  }

  private static Optional<TokenizerRecipe> tokenizer(Map<String, YamlNode> keys) {
    Optional<YamlNode> legacy = optional(keys, "tokenizer_source");
    Optional<YamlNode> full = optional(keys, "tokenizer");
    if (legacy.isPresent() && full.isPresent()) {
      full.get().error("'tokenizer_source' and 'tokenizer' exclude each other; keep 'tokenizer'");
    }
    return legacy.map(TokenizerReader::legacy).or(() -> full.map(TokenizerReader::read));
  }

  /** Whether a key has a value that is not empty. */
  public static boolean present(Map<String, YamlNode> keys, String key) {
    YamlNode node = keys.get(key);
    return node != null
        && !node.isNull()
        && !(node.isList() && node.list().isEmpty())
        && !(node.isMap() && node.map().isEmpty());
  }

  /** The value of a key that is known to be there. */
  public static YamlNode child(Map<String, YamlNode> keys, String key) {
    YamlNode node = keys.get(key);
    if (node == null) {
      throw new IllegalStateException("no key " + key);
    }
    return node;
  }

  /** The value of a key, unless it is null. */
  public static Optional<YamlNode> optional(Map<String, YamlNode> keys, String key) {
    return Optional.ofNullable(keys.get(key)).filter(n -> !n.isNull());
  }

  public static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  /** A whole number; empty for anything else. */
  public static OptionalDouble whole(YamlNode node) {
    OptionalDouble number = node.number();
    return number.isPresent() && number.getAsDouble() == Math.rint(number.getAsDouble())
        ? number
        : OptionalDouble.empty();
  }
}

package io.ingot.merge.recipe;

import io.ingot.merge.recipe.RecipeProblem.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A composed YAML node with the path to it and the list that takes its problems. Numbers follow
 * YAML 1.1 and what mergekit makes of it: booleans are 1 and 0, quoted numbers and {@code 1e-5} (a
 * string in YAML 1.1) are numbers.
 */
public final class YamlNode {
  private static final List<String> MODEL_KEYS =
      List.of("model", "base_model", "path", "lora", "source", "tokenizer_source");

  private final Node node;
  private final String path;
  private final List<RecipeProblem> problems;

  public YamlNode(Node node, String path, List<RecipeProblem> problems) {
    this.node = node;
    this.path = path;
    this.problems = problems;
  }

  public void problem(Severity severity, String message) {
    problems.add(
        new RecipeProblem(severity, Optional.ofNullable(node.getStartMark()), path, message));
  }

  public void error(String message) {
    problem(Severity.ERROR, message);
  }

  public boolean isNull() {
    return node.getTag().equals(Tag.NULL);
  }

  public boolean isMap() {
    return node instanceof MappingNode;
  }

  public boolean isList() {
    return node instanceof SequenceNode;
  }

  public boolean isScalar() {
    return node instanceof ScalarNode && !isNull();
  }

  /** The entries of a mapping; a problem and nothing when it is none. Null values are left out. */
  public SequencedMap<String, YamlNode> map() {
    SequencedMap<String, YamlNode> entries = new LinkedHashMap<>();
    if (isNull()) {
      return entries;
    }
    if (!(node instanceof MappingNode mapping)) {
      error("expected a mapping, found " + describe());
      return entries;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        error("keys must be plain text");
        continue;
      }
      String name = key.getValue();
      YamlNode value =
          new YamlNode(tuple.getValueNode(), path.isEmpty() ? name : path + "." + name, problems);
      if (entries.containsKey(name)) {
        value.error("the key '" + name + "' stands here twice");
      } else {
        entries.put(name, value);
      }
    }
    return entries;
  }

  /** The elements of a list; a problem and nothing when it is none. */
  public List<YamlNode> list() {
    List<YamlNode> elements = new ArrayList<>();
    if (isNull()) {
      return elements;
    }
    if (!(node instanceof SequenceNode sequence)) {
      error("expected a list, found " + describe());
      return elements;
    }
    for (int i = 0; i < sequence.getValue().size(); i++) {
      elements.add(new YamlNode(sequence.getValue().get(i), path + "[" + i + "]", problems));
    }
    return elements;
  }

  /** The text of a scalar; a problem and null when it is none. */
  public @Nullable String text() {
    if (node instanceof ScalarNode scalar && !isNull()) {
      return scalar.getValue();
    }
    error("expected text, found " + describe());
    return null;
  }

  /** The number of a scalar, empty when it is none; no problem is noted. */
  public OptionalDouble number() {
    if (!(node instanceof ScalarNode scalar) || isNull()) {
      return OptionalDouble.empty();
    }
    String value = scalar.getValue().strip();
    if (node.getTag().equals(Tag.BOOL)) {
      return OptionalDouble.of(
          List.of("true", "yes", "on").contains(value.toLowerCase(java.util.Locale.ROOT)) ? 1 : 0);
    }
    return node.getTag().equals(Tag.INT) ? Yaml11Numbers.integer(value) : Yaml11Numbers.real(value);
  }

  /** Where a model is named below this node, with or without an adapter. */
  Optional<YamlNode> mention(String model) {
    return mention(model, false);
  }

  private Optional<YamlNode> mention(String model, boolean expected) {
    return switch (node) {
      case ScalarNode scalar ->
          expected && List.of(scalar.getValue().split("\\+")).contains(model)
              ? Optional.of(this)
              : Optional.empty();
      case SequenceNode sequence ->
          list().stream().flatMap(e -> e.mention(model, false).stream()).findFirst();
      case MappingNode mapping ->
          map().entrySet().stream()
              .flatMap(e -> e.getValue().mention(model, MODEL_KEYS.contains(e.getKey())).stream())
              .findFirst();
      default -> Optional.empty();
    };
  }

  /** What stands here, for messages. */
  public String describe() {
    return switch (node) {
      case MappingNode mapping -> "a mapping";
      case SequenceNode sequence -> "a list";
      case ScalarNode scalar -> isNull() ? "nothing" : "'" + scalar.getValue() + "'";
      default -> "something else";
    };
  }

  /** Notes every key that is not among the known ones, with the nearest that is. */
  public static void rejectUnknown(Map<String, YamlNode> entries, List<String> known) {
    entries.forEach(
        (key, value) -> {
          if (!known.contains(key)) {
            value.problem(
                Severity.UNKNOWN_KEY, "unknown key '" + key + "'" + Spelling.hint(key, known));
          }
        });
  }
}

package io.ingot.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.job.schema.Defaults;
import io.ingot.job.schema.Scalars;
import io.ingot.job.schema.Schema;
import io.ingot.job.schema.Schema.Group;
import io.ingot.job.schema.Schema.Key;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads YAML nodes by a schema into a tree with all defaults filled in, noting the place of every
 * value and collecting every problem. Not thread-safe.
 */
final class NodeReader {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Problems problems;
  private final Map<String, Place> places;

  NodeReader(Problems problems, Map<String, Place> places) {
    this.problems = problems;
    this.places = places;
  }

  /** The value, or null where it is wrong, which is then among the problems. */
  @Nullable JsonNode read(Node node, Schema schema, String path) {
    places.putIfAbsent(path, Place.of(node.getStartMark()));
    return switch (schema) {
      case Schema.Struct struct -> struct(node, struct, path);
      case Schema.Names names -> names(node, names, path);
      case Schema.Items items -> items(node, items, path);
      case Schema.Either either -> either(node, either, path);
      case Schema.Tree tree ->
          node instanceof MappingNode ? tree(node, path) : wrong(node, tree, path);
      case Schema.Matrix matrix -> tree(node, path);
      default -> scalar(node, schema, path);
    };
  }

  private @Nullable JsonNode struct(Node node, Schema.Struct struct, String path) {
    SequencedMap<String, NodeTuple> given = mapping(node, struct, path);
    if (given == null) {
      return null;
    }
    ObjectNode result = JSON.objectNode();
    given.forEach(
        (name, tuple) -> {
          if (!struct.keys().containsKey(name)) {
            problems.addUnknown(
                Place.of(tuple.getKeyNode().getStartMark()),
                child(path, name),
                "unknown key",
                name,
                struct.keys().keySet());
          }
        });
    Set<String> meant = new HashSet<>();
    for (String name : given.keySet()) {
      if (!struct.keys().containsKey(name)) {
        Nearest.to(name, struct.keys().keySet()).ifPresent(meant::add);
      }
    }
    for (Group group : struct.groups()) {
      exclusive(node, given, group, meant, path);
    }
    struct
        .keys()
        .forEach(
            (name, key) -> {
              if (meant.contains(name) && !given.containsKey(name)) {
                return; // told already, as the nearest to an unknown key
              }
              JsonNode value = member(node, struct, given, name, key, path);
              if (value != null) {
                result.set(name, value);
              }
            });
    return result;
  }

  private @Nullable JsonNode member(
      Node node,
      Schema.Struct struct,
      Map<String, NodeTuple> given,
      String name,
      Key key,
      String path) {
    NodeTuple tuple = given.get(name);
    if (tuple != null) {
      Node value = tuple.getValueNode();
      if (isNull(value)) {
        if (key.nullable()) {
          places.put(child(path, name), Place.of(value.getStartMark()));
          return key.byDefault().isPresent() ? JSON.nullNode() : null;
        } else if (key.schema() instanceof Schema.Struct inner && !key.required()) {
          return Defaults.of(inner);
        }
      }
      return read(value, key.schema(), child(path, name));
    }
    boolean replaced =
        struct.groups().stream()
            .anyMatch(
                g -> g.keys().contains(name) && g.keys().stream().anyMatch(given::containsKey));
    if (replaced) {
      return null;
    } else if (key.required()) {
      problems.add(
          Place.of(node.getStartMark()),
          child(path, name),
          "is missing; expected " + key.schema().expected());
      return null;
    }
    return Defaults.of(key);
  }

  private void exclusive(
      Node node, Map<String, NodeTuple> given, Group group, Set<String> meant, String path) {
    List<String> present = group.keys().stream().filter(given::containsKey).toList();
    if (present.size() > 1) {
      NodeTuple second = given.get(present.get(1));
      problems.add(
          Place.of(second == null ? node.getStartMark() : second.getKeyNode().getStartMark()),
          path,
          "only one of " + String.join(", ", present) + " may be given");
    } else if (present.isEmpty()
        && group.required()
        && group.keys().stream().noneMatch(meant::contains)) {
      problems.add(
          Place.of(node.getStartMark()),
          path,
          "one of the keys " + String.join(", ", group.keys()) + " is missing");
    }
  }

  private @Nullable JsonNode names(Node node, Schema.Names names, String path) {
    SequencedMap<String, NodeTuple> given = mapping(node, names, path);
    if (given == null) {
      return null;
    }
    ObjectNode result = JSON.objectNode();
    given.forEach(
        (name, tuple) -> {
          if (names.pattern().isPresent() && !name.matches(names.pattern().get())) {
            problems.add(
                Place.of(tuple.getKeyNode().getStartMark()),
                child(path, name),
                "'" + name + "' is no name; expected " + names.pattern().get());
          }
          JsonNode value = read(tuple.getValueNode(), names.value(), child(path, name));
          if (value != null) {
            result.set(name, value);
          }
        });
    return result;
  }

  private @Nullable JsonNode items(Node node, Schema.Items items, String path) {
    if (!(node instanceof SequenceNode list)) {
      return wrong(node, items, path);
    }
    if (list.getValue().isEmpty() && !items.empty()) {
      problems.add(Place.of(node.getStartMark()), path, "is empty; expected " + items.expected());
      return null;
    }
    ArrayNode result = JSON.arrayNode();
    for (int i = 0; i < list.getValue().size(); i++) {
      JsonNode value = read(list.getValue().get(i), items.item(), path + "[" + i + "]");
      if (value != null) {
        result.add(value);
      }
    }
    return result;
  }

  private @Nullable JsonNode either(Node node, Schema.Either either, String path) {
    for (Schema shape : either.shapes()) {
      if (fits(node, shape)) {
        return read(node, shape, path);
      }
    }
    return wrong(node, either, path);
  }

  private boolean fits(Node node, Schema shape) {
    return switch (shape) {
      case Schema.Struct s -> node instanceof MappingNode;
      case Schema.Names n -> node instanceof MappingNode;
      case Schema.Items i -> node instanceof SequenceNode;
      case Schema.Tree t -> node instanceof MappingNode;
      case Schema.Matrix m -> true;
      case Schema.Text t -> node instanceof ScalarNode s && Scalars.value(s).isTextual();
      case Schema.Choice c -> node instanceof ScalarNode s && Scalars.value(s).isTextual();
      case Schema.Truth t -> node instanceof ScalarNode s && Scalars.value(s).isBoolean();
      case Schema.Whole w -> node instanceof ScalarNode s && Scalars.value(s).isIntegralNumber();
      case Schema.Real r -> node instanceof ScalarNode s && Scalars.value(s).isNumber();
      case Schema.Either e -> e.shapes().stream().anyMatch(inner -> fits(node, inner));
    };
  }

  /** Anything: the reader of another room judges it, by the same nodes. */
  private @Nullable JsonNode tree(Node node, String path) {
    places.putIfAbsent(path, Place.of(node.getStartMark()));
    return switch (node) {
      case ScalarNode scalar -> Scalars.value(scalar);
      case SequenceNode list -> {
        ArrayNode result = JSON.arrayNode();
        for (int i = 0; i < list.getValue().size(); i++) {
          result.add(orNull(tree(list.getValue().get(i), path + "[" + i + "]")));
        }
        yield result;
      }
      case MappingNode mapping -> {
        ObjectNode result = JSON.objectNode();
        Mappings.entries(mapping, path, problems)
            .forEach(
                (name, tuple) ->
                    result.set(name, orNull(tree(tuple.getValueNode(), child(path, name)))));
        yield result;
      }
      default -> wrong(node, new Schema.Tree("", List.of()), path);
    };
  }

  private @Nullable JsonNode scalar(Node node, Schema schema, String path) {
    if (!(node instanceof ScalarNode scalar)) {
      return wrong(node, schema, path);
    }
    JsonNode value = Scalars.value(scalar);
    return switch (schema) {
      case Schema.Text text -> text(scalar, value, text, path);
      case Schema.Choice choice -> choice(scalar, value, choice, path);
      case Schema.Truth truth -> value.isBoolean() ? value : wrong(node, schema, path);
      case Schema.Whole whole ->
          value.isIntegralNumber()
                  && value.canConvertToLong()
                  && whole.bounds().holds(value.doubleValue())
              ? value
              : wrong(node, schema, path);
      case Schema.Real real ->
          value.isNumber() && real.bounds().holds(value.doubleValue())
              ? JSON.numberNode(value.doubleValue())
              : wrong(node, schema, path);
      default -> throw new IllegalStateException("no scalar: " + schema);
    };
  }

  private @Nullable JsonNode text(
      ScalarNode node, JsonNode value, Schema.Text schema, String path) {
    if (!value.isTextual()) {
      if (value.isNull()) {
        return wrong(node, schema, path);
      }
      problems.add(
          Place.of(node.getStartMark()),
          path,
          "expected text, got " + describe(value) + "; write it in quotes if it is meant");
      return null;
    }
    if (schema.pattern().isPresent() && !value.textValue().matches(schema.pattern().get())) {
      return wrong(node, schema, path);
    }
    return value;
  }

  private @Nullable JsonNode choice(
      ScalarNode node, JsonNode value, Schema.Choice schema, String path) {
    String word = value.isTextual() ? value.textValue() : node.getValue();
    for (String allowed : schema.words().keySet()) {
      if (allowed.equals(word)) {
        return JSON.textNode(allowed);
      }
    }
    problems.addUnknown(
        Place.of(node.getStartMark()),
        path,
        "unknown value '" + word + "'",
        word,
        schema.words().keySet());
    return null;
  }

  private @Nullable JsonNode wrong(Node node, Schema schema, String path) {
    String got =
        switch (node) {
          case MappingNode m -> "a mapping";
          case SequenceNode s -> "a list";
          case ScalarNode s -> {
            yield describe(Scalars.value(s));
          }
          default -> "something else";
        };
    problems.add(
        Place.of(node.getStartMark()), path, "expected " + schema.expected() + ", got " + got);
    return null;
  }

  private static String describe(JsonNode value) {
    return value.isNull()
        ? "nothing"
        : value.isNumber()
            ? "the number " + value.asText()
            : value.isBoolean() ? value.asText() : "the text '" + shorten(value.asText()) + "'";
  }

  private static String shorten(String text) {
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }

  private @Nullable SequencedMap<String, NodeTuple> mapping(
      Node node, Schema expected, String path) {
    if (node instanceof MappingNode mapping) {
      return Mappings.entries(mapping, path, problems);
    }
    if (isNull(node) && expected instanceof Schema.Struct) {
      return new LinkedHashMap<>();
    }
    wrong(node, expected, path);
    return null;
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode scalar && Scalars.value(scalar).isNull();
  }

  private static JsonNode orNull(@Nullable JsonNode node) {
    return node == null ? JSON.nullNode() : node;
  }

  static String child(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}

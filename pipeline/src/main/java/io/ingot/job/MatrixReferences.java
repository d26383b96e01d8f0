package io.ingot.job;

import io.ingot.job.MatrixAxis.Kind;
import io.ingot.job.MatrixReader.Matrix;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** References {@code ${matrix.AXIS}} in the texts of a recipe. */
final class MatrixReferences {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{matrix\\.([^}]*)}");

  private MatrixReferences() {}

  /** Whether a text holds one. */
  static boolean in(ScalarNode node) {
    return REFERENCE.matcher(node.getValue()).find();
  }

  /** Names of the axes that a recipe refers to. */
  static Set<String> used(Node node) {
    Set<String> names = new LinkedHashSet<>();
    walk(
        node,
        "",
        (scalar, path) ->
            REFERENCE.matcher(scalar.getValue()).results().forEach(m -> names.add(m.group(1))));
    return names;
  }

  /** Adds a problem for each reference to an axis that is not there or does not fit its place. */
  static void check(Node node, String path, Matrix matrix, Problems problems) {
    walk(
        node,
        path,
        (scalar, at) -> {
          Matcher matcher = REFERENCE.matcher(scalar.getValue());
          while (matcher.find()) {
            String name = matcher.group(1);
            MatrixAxis axis = matrix.axes().get(name);
            Place place = Place.of(scalar.getStartMark());
            if (!matrix.names().contains(name)) {
              problems.addUnknown(
                  place, at, "the matrix has no axis '" + name + "'", name, matrix.names());
            } else if (axis != null
                && !whole(scalar)
                && axis.kind() == Kind.NAMED
                && axis.variations().stream().anyMatch(v -> !(v.value() instanceof ScalarNode))) {
              problems.add(
                  place, at, "axis '" + name + "' holds lists, which cannot be part of a text");
            }
          }
        });
  }

  /** Adds a problem for each reference, which is outside of everything that a matrix varies. */
  static void refuse(Node node, String path, String why, Problems problems) {
    walk(
        node,
        path,
        (scalar, at) -> {
          Matcher matcher = REFERENCE.matcher(scalar.getValue());
          if (matcher.find()) {
            problems.add(Place.of(scalar.getStartMark()), at, "'" + matcher.group() + "' " + why);
          }
        });
  }

  /**
   * The recipe with every reference replaced. One that is all of a text becomes the value itself,
   * with its type and its place in the matrix; others become part of the text.
   */
  static Node replace(Node node, Map<String, Node> values) {
    return switch (node) {
      case ScalarNode scalar -> scalar(scalar, values);
      case SequenceNode list -> {
        List<Node> items = new ArrayList<>();
        list.getValue().forEach(item -> items.add(replace(item, values)));
        yield new SequenceNode(
            list.getTag(),
            true,
            items,
            list.getStartMark(),
            list.getEndMark(),
            list.getFlowStyle());
      }
      case MappingNode mapping -> {
        List<NodeTuple> entries = new ArrayList<>();
        for (NodeTuple entry : mapping.getValue()) {
          entries.add(new NodeTuple(entry.getKeyNode(), replace(entry.getValueNode(), values)));
        }
        yield new MappingNode(
            mapping.getTag(),
            true,
            entries,
            mapping.getStartMark(),
            mapping.getEndMark(),
            mapping.getFlowStyle());
      }
      default -> node;
    };
  }

  private static Node scalar(ScalarNode node, Map<String, Node> values) {
    if (!node.getValue().contains("${matrix.")) {
      return node;
    }
    Matcher matcher = REFERENCE.matcher(node.getValue());
    StringBuilder text = new StringBuilder();
    while (matcher.find()) {
      Node value = values.get(matcher.group(1));
      if (value != null && whole(node)) {
        return value;
      }
      String part = value instanceof ScalarNode scalar ? scalar.getValue() : matcher.group();
      matcher.appendReplacement(text, Matcher.quoteReplacement(part));
    }
    matcher.appendTail(text);
    return new ScalarNode(
        Tag.STR,
        text.toString(),
        node.getStartMark(),
        node.getEndMark(),
        ScalarStyle.DOUBLE_QUOTED);
  }

  private static boolean whole(ScalarNode node) {
    return REFERENCE.matcher(node.getValue().strip()).matches();
  }

  private static void walk(Node node, String path, BiConsumer<ScalarNode, String> visitor) {
    switch (node) {
      case ScalarNode scalar -> visitor.accept(scalar, path);
      case SequenceNode list -> {
        for (int i = 0; i < list.getValue().size(); i++) {
          walk(list.getValue().get(i), path + "[" + i + "]", visitor);
        }
      }
      case MappingNode mapping -> {
        for (NodeTuple entry : mapping.getValue()) {
          String key = entry.getKeyNode() instanceof ScalarNode s ? s.getValue() : "?";
          walk(entry.getValueNode(), NodeReader.child(path, key), visitor);
        }
      }
      default -> {}
    }
  }
}

package io.ingot.job;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Replaces what stands for something else, in place: merge keys ({@code <<}) by the entries of the
 * mappings that they name, references in texts by their values. Everything that reads the nodes
 * afterwards, recipes of merges included, sees plain YAML.
 */
final class NodeResolution {
  private static final Resolver TAGS = new Resolver();

  private final Interpolation interpolation;
  private final Problems problems;
  private final Set<Node> done = Collections.newSetFromMap(new IdentityHashMap<>());

  private NodeResolution(Interpolation interpolation, Problems problems) {
    this.interpolation = interpolation;
    this.problems = problems;
  }

  static void apply(Node root, Interpolation interpolation, Problems problems) {
    new NodeResolution(interpolation, problems).visit(root, "");
  }

  private Node visit(Node node, String path) {
    switch (node) {
      case ScalarNode scalar -> {
        return scalar(scalar, path);
      }
      case SequenceNode list -> {
        if (done.add(list)) {
          for (int i = 0; i < list.getValue().size(); i++) {
            list.getValue().set(i, visit(list.getValue().get(i), path + "[" + i + "]"));
          }
        }
      }
      case MappingNode mapping -> {
        if (done.add(mapping)) {
          mapping(mapping, path);
        }
      }
      default -> {}
    }
    return node;
  }

  private void mapping(MappingNode mapping, String path) {
    List<NodeTuple> own = new ArrayList<>();
    List<MappingNode> merged = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key) {
        if (key.getValue().equals("<<") && key.getScalarStyle() == ScalarStyle.PLAIN) {
          merge(tuple.getValueNode(), path, merged);
          continue;
        }
        names.add(key.getValue());
        String inner = NodeReader.child(path, key.getValue());
        own.add(new NodeTuple(key, visit(tuple.getValueNode(), inner)));
      } else {
        own.add(tuple);
      }
    }
    for (MappingNode other : merged) {
      visit(other, path);
      for (NodeTuple tuple : other.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key && names.add(key.getValue())) {
          own.add(tuple);
        }
      }
    }
    mapping.setValue(own);
  }

  private void merge(Node value, String path, List<MappingNode> merged) {
    if (value instanceof MappingNode mapping) {
      merged.add(mapping);
    } else if (value instanceof SequenceNode list
        && list.getValue().stream().allMatch(MappingNode.class::isInstance)) {
      list.getValue().forEach(item -> merged.add((MappingNode) item));
    } else {
      problems.add(
          Place.of(value.getStartMark()), path, "'<<' expects a mapping or a list of mappings");
    }
  }

  /**
   * A text that is a reference and nothing else is read as an unquoted word afterwards, so that
   * numbers can come from the environment.
   */
  private ScalarNode scalar(ScalarNode node, String path) {
    if (!node.getValue().contains("${")) {
      return node;
    }
    String text = interpolation.text(node, path, problems);
    if (text.equals(node.getValue())) {
      return node; // refers to a matrix only, or to nothing
    }
    boolean whole = Interpolation.isReference(node.getValue().strip());
    ScalarStyle style = whole ? ScalarStyle.PLAIN : ScalarStyle.DOUBLE_QUOTED;
    return new ScalarNode(
        TAGS.resolve(NodeId.scalar, text, whole),
        text,
        node.getStartMark(),
        node.getEndMark(),
        style);
  }
}

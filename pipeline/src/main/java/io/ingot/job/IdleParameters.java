package io.ingot.job;

import io.ingot.merge.method.MergeMethods;
import io.ingot.merge.method.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Parameters that a merge method does not have: {@code density} of linear. Where they refer to a
 * matrix they are taken out, or members would differ by name alone.
 */
final class IdleParameters {
  private final Set<String> known;

  private IdleParameters(Set<String> known) {
    this.known = known;
  }

  /** The recipe without them; as it is where nobody knows the method. */
  static Node without(Node recipe, String method) {
    if (!MergeMethods.names().contains(method)) {
      return recipe; // the reader of recipes tells
    }
    Set<String> known =
        MergeMethods.get(method).parameters().stream()
            .map(Parameter::name)
            .collect(Collectors.toSet());
    return new IdleParameters(known).prune(recipe, false);
  }

  private Node prune(Node node, boolean parameters) {
    if (node instanceof SequenceNode list) {
      List<Node> items = new ArrayList<>();
      list.getValue().forEach(item -> items.add(prune(item, false)));
      return new SequenceNode(
          list.getTag(), true, items, list.getStartMark(), list.getEndMark(), list.getFlowStyle());
    }
    if (!(node instanceof MappingNode mapping)) {
      return node;
    }
    List<NodeTuple> entries = new ArrayList<>();
    for (NodeTuple entry : mapping.getValue()) {
      String key = entry.getKeyNode() instanceof ScalarNode text ? text.getValue() : "";
      Node value = entry.getValueNode();
      if (!parameters) {
        entries.add(new NodeTuple(entry.getKeyNode(), prune(value, key.equals("parameters"))));
      } else if (known.contains(key) || MatrixReferences.used(value).isEmpty()) {
        entries.add(entry);
      }
    }
    return new MappingNode(
        mapping.getTag(),
        true,
        entries,
        mapping.getStartMark(),
        mapping.getEndMark(),
        mapping.getFlowStyle());
  }
}

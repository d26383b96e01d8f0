package io.ingot.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Lays one YAML value over another: mappings merge deeply, lists and scalars replace. */
final class NodeOverlay {
  private NodeOverlay() {}

  /** What lies on top keeps its place in the file; keys keep the order of what lies below. */
  static Node of(Node below, Node top) {
    if (!(below instanceof MappingNode under) || !(top instanceof MappingNode over)) {
      return top;
    }
    SequencedMap<String, NodeTuple> merged =
        new LinkedHashMap<>(Mappings.entries(under, "", new Problems()));
    Mappings.entries(over, "", new Problems())
        .forEach(
            (name, tuple) -> {
              NodeTuple own = merged.get(name);
              Node value =
                  own == null ? tuple.getValueNode() : of(own.getValueNode(), tuple.getValueNode());
              merged.put(name, new NodeTuple(tuple.getKeyNode(), value));
            });
    return new MappingNode(
        over.getTag(),
        true,
        new ArrayList<>(merged.values()),
        over.getStartMark(),
        over.getEndMark(),
        over.getFlowStyle());
  }

  /** What is left of a number of values after those of a tree; negative where they are more. */
  static long spend(long budget, Node node) {
    long left = budget - 1;
    if (node instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        left = left < 0 ? left : spend(left, entry.getValueNode());
      }
    } else if (node instanceof SequenceNode list) {
      for (Node item : list.getValue()) {
        left = left < 0 ? left : spend(left, item);
      }
    }
    return left;
  }
}

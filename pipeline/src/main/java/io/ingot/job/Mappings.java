package io.ingot.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** The entries of a YAML mapping: keys are text, twice the same is a mistake, {@code <<} merges. */
final class Mappings {
  private Mappings() {}

  static SequencedMap<String, NodeTuple> entries(
      MappingNode mapping, String path, Problems problems) {
    SequencedMap<String, NodeTuple> own = new LinkedHashMap<>();
    List<MappingNode> merged = new ArrayList<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node key = tuple.getKeyNode();
      Place place = Place.of(key.getStartMark());
      if (!(key instanceof ScalarNode scalar)) {
        problems.add(place, path, "a key must be text, not a list or a mapping");
        continue;
      }
      String name = scalar.getValue();
      if (name.equals("<<") && scalar.getScalarStyle() == ScalarStyle.PLAIN) {
        merge(tuple.getValueNode(), path, merged, problems);
        continue;
      }
      NodeTuple first = own.putIfAbsent(name, tuple);
      if (first != null) {
        problems.add(
            place,
            NodeReader.child(path, name),
            "duplicate key; it is already at line "
                + (first.getKeyNode().getStartMark().getLine() + 1));
      }
    }
    for (MappingNode other : merged) {
      entries(other, path, problems).forEach(own::putIfAbsent);
    }
    return own;
  }

  private static void merge(Node value, String path, List<MappingNode> merged, Problems problems) {
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
}

package io.ingot.job;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** The entries of a YAML mapping: keys are text, twice the same is a mistake. */
final class Mappings {
  private Mappings() {}

  static SequencedMap<String, NodeTuple> entries(
      MappingNode mapping, String path, Problems problems) {
    SequencedMap<String, NodeTuple> own = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node key = tuple.getKeyNode();
      Place place = Place.of(key.getStartMark());
      if (!(key instanceof ScalarNode scalar)) {
        problems.add(place, path, "a key must be text, not a list or a mapping");
        continue;
      }
      String name = scalar.getValue();
      NodeTuple first = own.putIfAbsent(name, tuple);
      if (first != null) {
        problems.add(
            place,
            NodeReader.child(path, name),
            "duplicate key; it is already at line "
                + (first.getKeyNode().getStartMark().getLine() + 1));
      }
    }
    return own;
  }
}

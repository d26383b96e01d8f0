package io.ingot.job;

import io.ingot.error.IngotException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Applies {@code --set steps.orders-lora.finetune.lora.rank=8} to the nodes of a job file. */
final class Overrides {
  private Overrides() {}

  /** Sets a value; mappings on the way are made, items of lists are named by their number. */
  static void apply(Node root, String override, Problems problems) {
    int equals = override.indexOf('=');
    if (equals <= 0) {
      throw IngotException.usage(
          "--set "
              + override
              + " is no override; expected KEY.PATH=VALUE, for example"
              + " --set steps.tune.finetune.lora.rank=8");
    }
    String path = override.substring(0, equals).strip();
    String source = Place.OPTION + path;
    String text = override.substring(equals + 1);
    Node value = text.isBlank() ? scalar(text, source) : YamlText.parse(source, text, problems);
    if (value == null) {
      return;
    }
    List<String> keys = List.of(path.replace("[", ".").replace("]", "").split("\\."));
    Node at = root;
    for (String key : keys.subList(0, keys.size() - 1)) {
      Node next = child(at, key, source);
      if (next == null) {
        next = mapping(source);
        put(at, key, next, source);
      }
      at = next;
    }
    put(at, keys.getLast(), value, source);
  }

  private static @Nullable Node child(Node node, String key, String source) {
    return switch (node) {
      case MappingNode mapping ->
          mapping.getValue().stream()
              .filter(t -> t.getKeyNode() instanceof ScalarNode s && s.getValue().equals(key))
              .map(NodeTuple::getValueNode)
              .findFirst()
              .orElse(null);
      case SequenceNode list -> list.getValue().get(index(list, key, source));
      default -> throw IngotException.usage(source + ": '" + key + "' lies in a plain value");
    };
  }

  private static void put(Node node, String key, Node value, String source) {
    switch (node) {
      case MappingNode mapping -> {
        List<NodeTuple> entries = new ArrayList<>(mapping.getValue());
        NodeTuple entry = new NodeTuple(scalar(key, source), value);
        for (int i = 0; i < entries.size(); i++) {
          if (entries.get(i).getKeyNode() instanceof ScalarNode s && s.getValue().equals(key)) {
            entries.set(i, entry);
            mapping.setValue(entries);
            return;
          }
        }
        entries.add(entry);
        mapping.setValue(entries);
      }
      case SequenceNode list -> list.getValue().set(index(list, key, source), value);
      default -> throw IngotException.usage(source + ": '" + key + "' lies in a plain value");
    }
  }

  private static int index(SequenceNode list, String key, String source) {
    if (key.matches("[0-9]{1,6}") && Integer.parseInt(key) < list.getValue().size()) {
      return Integer.parseInt(key);
    }
    throw IngotException.usage(
        source + ": '" + key + "' is no item of a list of " + list.getValue().size());
  }

  private static ScalarNode scalar(String text, String source) {
    Mark mark = mark(source);
    return new ScalarNode(Tag.STR, text, mark, mark, ScalarStyle.PLAIN);
  }

  private static Node mapping(String source) {
    Mark mark = mark(source);
    return new MappingNode(Tag.MAP, true, new ArrayList<>(), mark, mark, FlowStyle.BLOCK);
  }

  private static Mark mark(String source) {
    return new Mark(source, 0, 0, 0, new int[0], 0);
  }
}

package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import io.ingot.gguf.FloatRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Collects the matrices of a layer's experts and stacks them once all are there. */
final class Experts {
  private static final Pattern LAYER = Pattern.compile("\\.layers\\.(\\d+)\\.");

  private final String source;
  private final String target;
  private final List<String> parts;
  private final Map<String, Map<String, SourceTensor>> waiting = new HashMap<>();

  /**
   * @param source name of an expert's matrix: {@code #} is the layer, {@code @} the expert, {@code
   *     *} the part
   * @param target name of the stack, with layer and part
   * @param parts in the order in which stacks are written
   */
  Experts(String source, String target, List<String> parts) {
    this.source = source;
    this.target = target;
    this.parts = parts;
  }

  /** The stacks of a layer, when this tensor was its last; else nothing. */
  List<SourceTensor> add(SourceTensor tensor, ModelConfig config, String... countKeys) {
    int count = Math.toIntExact(config.requireLong(countKeys));
    Matcher matcher = LAYER.matcher(tensor.name());
    if (!matcher.find()) {
      throw IngotException.invalid("tensor '" + tensor.name() + "' belongs to no layer");
    }
    String layer = matcher.group(1);
    Map<String, SourceTensor> known = waiting.computeIfAbsent(layer, key -> new HashMap<>());
    known.put(tensor.name(), tensor);
    if (known.size() < count * parts.size()) {
      return List.of();
    }
    List<SourceTensor> stacks = new ArrayList<>();
    for (String part : parts) {
      stacks.add(stack(known, layer, part, count));
    }
    waiting.remove(layer);
    return stacks;
  }

  private SourceTensor stack(
      Map<String, SourceTensor> known, String layer, String part, int count) {
    List<FloatRows> rows = new ArrayList<>();
    SourceTensor first = null;
    for (int expert = 0; expert < count; expert++) {
      String name =
          source.replace("#", layer).replace("@", Integer.toString(expert)).replace("*", part);
      SourceTensor tensor = known.get(name);
      if (tensor == null) {
        throw IngotException.invalid("the tensor '" + name + "' is missing");
      }
      if (first == null) {
        first = tensor;
      } else if (!tensor.shape().equals(first.shape())) {
        throw IngotException.invalid(
            "the experts of layer " + layer + " differ in shape: '" + name + "'");
      }
      rows.add(tensor.rows());
    }
    if (first == null) {
      throw IngotException.invalid("config.json says that the model has no experts");
    }
    List<Long> shape = new ArrayList<>(first.shape());
    shape.addFirst((long) count);
    String name = target.replace("#", layer).replace("*", part);
    return new SourceTensor(name, shape, first.half(), new RowViews.Stacked(rows));
  }

  /** The matrices of the experts that a stack of a file holds. */
  List<SourceTensor> split(SourceTensor stack, TensorNames names) {
    String hub =
        names
            .hub(stack.name())
            .orElseThrow(
                () -> IngotException.invalid("tensor '" + stack.name() + "' has no place here"));
    Matcher layer = Pattern.compile("(?<=layers\\.)\\d+").matcher(hub);
    if (!layer.find() || stack.shape().size() != 3) {
      throw IngotException.invalid("tensor '" + stack.name() + "' is no stack of experts");
    }
    String ending = hub.substring(0, hub.lastIndexOf('.'));
    String part = ending.substring(ending.lastIndexOf('.') + 1);
    List<SourceTensor> experts = new ArrayList<>();
    long height = stack.dim(1);
    for (int expert = 0; expert < stack.dim(0); expert++) {
      String name =
          source
              .replace("#", layer.group())
              .replace("@", Integer.toString(expert))
              .replace("*", part);
      experts.add(
          new SourceTensor(
              name,
              stack.shape().subList(1, 3),
              false,
              RowViews.slice(stack.rows(), expert * height, height)));
    }
    return experts;
  }

  List<String> leftovers() {
    return waiting.values().stream()
        .flatMap(tensors -> tensors.keySet().stream())
        .sorted()
        .toList();
  }
}

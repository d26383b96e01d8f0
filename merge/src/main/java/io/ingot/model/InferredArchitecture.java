package io.ingot.model;

import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The architecture of models that no definition describes, made of the names of their tensors: the
 * first number in a name is its layer, what stands before names the module. A tensor that some
 * model lacks in some layer is optional; tensors outside of layers stand before them.
 */
public final class InferredArchitecture {
  private static final Pattern LAYER = Pattern.compile("^(.*?)\\.(\\d+)\\.(.*)$");
  private static final Pattern EMBEDDING =
      Pattern.compile("(?i).*(embed|wte|wpe|lexicon).*|lm_head\\.weight|.*embed_out\\.weight");

  private InferredArchitecture() {}

  private static final class Stack {
    private int layers;
    private final Map<String, Integer> counts = new TreeMap<>();
  }

  /** The architecture that all of these models share. */
  public static Architecture of(List<TensorSource> models) {
    Map<String, Stack> stacks = new TreeMap<>();
    Map<String, Integer> loose = new TreeMap<>();
    for (TensorSource model : models) {
      for (String name : model.tensors().keySet()) {
        Matcher layer = LAYER.matcher(name);
        if (!layer.matches()) {
          loose.merge(name, 1, Integer::sum);
          continue;
        }
        Stack stack = stacks.computeIfAbsent(layer.group(1), p -> new Stack());
        stack.layers = Math.max(stack.layers, Integer.parseInt(layer.group(2)) + 1);
        stack.counts.merge(layer.group(3), 1, Integer::sum);
      }
    }
    List<TensorPattern> before = new ArrayList<>();
    loose.forEach(
        (name, count) ->
            before.add(pattern(name, count < models.size(), isEmbedding(models, name))));
    SequencedMap<String, ArchitectureModule> modules = new LinkedHashMap<>();
    if (stacks.size() == 1) {
      Map.Entry<String, Stack> only = stacks.entrySet().iterator().next();
      modules.put("default", module(before, only.getKey(), only.getValue(), models.size()));
    } else {
      stacks.forEach(
          (prefix, stack) -> modules.put(prefix, module(List.of(), prefix, stack, models.size())));
      modules.put(
          "default",
          new ArchitectureModule(
              "0", Optional.empty(), Optional.empty(), before, List.of(), List.of(), List.of()));
    }
    return new Architecture("inferred", "", List.of(), "vocab_size", List.of(), modules);
  }

  private static ArchitectureModule module(
      List<TensorPattern> before, String prefix, Stack stack, int models) {
    List<TensorPattern> layer = new ArrayList<>();
    new TreeSet<>(stack.counts.keySet())
        .forEach(
            suffix -> {
              boolean everywhere = stack.counts.getOrDefault(suffix, 0) == models * stack.layers;
              layer.add(pattern(prefix + ".{i}." + suffix, !everywhere, false));
            });
    return new ArchitectureModule(
        Integer.toString(stack.layers),
        Optional.empty(),
        Optional.empty(),
        before,
        List.of(),
        layer,
        List.of());
  }

  private static TensorPattern pattern(String name, boolean optional, boolean embedding) {
    return TensorPattern.literal(name, (optional ? "?" : "") + (embedding ? "@" : ""));
  }

  private static boolean isEmbedding(List<TensorSource> models, String name) {
    for (TensorSource model : models) {
      TensorInfo info = model.tensors().get(name);
      if (info != null) {
        return info.shape().size() == 2 && EMBEDDING.matcher(name).matches();
      }
    }
    return false;
  }
}

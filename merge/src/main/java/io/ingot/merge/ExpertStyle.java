package io.ingot.merge;

import io.ingot.model.WeightTemplate;
import io.ingot.tensor.TensorSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a checkpoint names the experts of a layer that it stores one by one. Transformers 5 keeps
 * them as one tensor in memory but reads and writes this layout too, and older loaders know no
 * other; so what comes in one by one is merged and written one by one.
 *
 * @param block name of the part that holds the experts, e.g. {@code block_sparse_moe}
 * @param gate name of the gate projection, e.g. {@code w1}
 * @param up name of the up projection
 * @param down name of the down projection
 * @param experts number of experts of a layer
 */
record ExpertStyle(String block, String gate, String up, String down, int experts) {
  private static final Pattern STORED =
      Pattern.compile(".*\\.(mlp|block_sparse_moe)\\.experts\\.(\\d+)\\.(gate_proj|w1)\\.weight");
  private static final Pattern FUSED =
      Pattern.compile("(.*)\\.mlp\\.experts\\.(gate_up_proj|down_proj)");
  private static final Pattern ROUTER = Pattern.compile("(.*)\\.mlp\\.gate\\.weight");

  /** The style of a checkpoint; empty when it stores no experts one by one. */
  static Optional<ExpertStyle> of(TensorSource source) {
    String block = "";
    String gate = "";
    int experts = 0;
    for (String name : source.tensors().keySet()) {
      Matcher stored = STORED.matcher(name);
      if (stored.matches() && stored.group(2).length() < 6) {
        block = stored.group(1);
        gate = stored.group(3);
        experts = Math.max(experts, Integer.parseInt(stored.group(2)) + 1);
      }
    }
    if (experts == 0) {
      return Optional.empty();
    }
    return Optional.of(
        gate.equals("w1")
            ? new ExpertStyle(block, "w1", "w3", "w2", experts)
            : new ExpertStyle(block, "gate_proj", "up_proj", "down_proj", experts));
  }

  /** Templates of a layer, with every tensor of all experts replaced by one for each. */
  List<WeightTemplate> apply(List<WeightTemplate> listed) {
    List<WeightTemplate> all = new ArrayList<>();
    for (WeightTemplate weight : listed) {
      Matcher fused = FUSED.matcher(weight.name());
      Matcher router = ROUTER.matcher(weight.name());
      if (fused.matches()) {
        List<String> parts =
            fused.group(2).equals("gate_up_proj") ? List.of(gate, up) : List.of(down);
        for (int expert = 0; expert < experts; expert++) {
          for (String part : parts) {
            all.add(
                named(
                    weight,
                    "%s.%s.experts.%d.%s.weight".formatted(fused.group(1), block, expert, part)));
          }
        }
      } else if (router.matches()) {
        all.add(named(weight, router.group(1) + "." + block + ".gate.weight"));
      } else {
        all.add(weight);
      }
    }
    return all;
  }

  private static WeightTemplate named(WeightTemplate weight, String name) {
    return new WeightTemplate(
        name, weight.embedding(), weight.optional(), List.of(), List.of(), weight.dtype());
  }
}

package io.ingot.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.merge.recipe.Recipe.Slice;
import io.ingot.merge.recipe.Recipe.Source;
import io.ingot.model.ArchitectureModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Where the layers of a stack come from, and what that means for the keys of config.json that speak
 * of single layers, such as {@code layer_types} of hybrid models. The reference leaves them as they
 * were in the donor, which makes stacks of such models unusable.
 */
final class LayerOrigins {
  /** Lists with one entry for each layer. */
  private static final Pattern PER_LAYER = Pattern.compile(".*layers?(_|$).*|.*_types|.*_pattern");

  /** Lists of the numbers of layers. */
  private static final Set<String> NUMBERS =
      Set.of("mlp_only_layers", "full_attn_idxs", "attn_layer_indices", "global_attn_indices");

  /** Numbers n that single out every n-th layer. */
  private static final Set<String> PERIODS =
      Set.of(
          "sliding_window_pattern",
          "no_rope_layer_interval",
          "full_attention_interval",
          "decoder_sparse_step",
          "attn_layer_period",
          "expert_layer_period",
          "interleave_moe_layer_step");

  /** Numbers n that single out the layers before or from the n-th. */
  private static final Set<String> BOUNDS = Set.of("max_window_layers", "first_k_dense_replace");

  private final List<Stack> stacks = new ArrayList<>();

  /** A layer of a model. */
  private record Origin(ObjectNode config, int layer) {}

  /**
   * The layers of one module.
   *
   * @param key dotted path of the number of layers
   * @param old number of layers of the donor
   */
  private record Stack(String key, int old, List<Origin> layers) {
    String parent() {
      return key.contains(".") ? key.substring(0, key.lastIndexOf('.')) : "";
    }

    boolean identity() {
      boolean same = layers.size() == old;
      for (int i = 0; same && i < layers.size(); i++) {
        same = layers.get(i).layer() == i;
      }
      return same;
    }
  }

  /** Notes the first source of every slice: it decides what kind a layer is of. */
  void add(
      ArchitectureModule shape,
      Participant donor,
      List<Slice> slices,
      Function<Source, Participant> participants) {
    List<Origin> layers = new ArrayList<>();
    for (Slice slice : slices) {
      Source source = slice.sources().getFirst();
      source
          .layers()
          .ifPresent(
              range -> {
                for (int layer = range.begin(); layer < range.end(); layer++) {
                  layers.add(new Origin(participants.apply(source).config(), layer));
                }
              });
    }
    stacks.add(new Stack(shape.layers(), shape.layers(donor.config()), layers));
  }

  /** Makes the configuration speak of the new layers. */
  void adapt(ObjectNode config, Findings findings) {
    stacks.stream().filter(s -> !s.identity()).forEach(s -> adapt(config, s, findings));
  }

  private static void adapt(ObjectNode config, Stack stack, Findings findings) {
    if (!(at(config, stack.parent()) instanceof ObjectNode own)) {
      return;
    }
    for (Map.Entry<String, JsonNode> entry : List.copyOf(own.properties())) {
      String key = entry.getKey();
      JsonNode value = entry.getValue();
      if (NUMBERS.contains(key) && value.isArray()) {
        own.set(key, numbers(own, stack, key));
      } else if (value.isArray()
          && value.size() == stack.old()
          && stack.old() > 1
          && PER_LAYER.matcher(key).matches()) {
        own.set(key, perLayer(own, (ArrayNode) value, stack, key));
      } else if (BOUNDS.contains(key) && value.isIntegralNumber()) {
        bound(own, stack, key, value.asInt(), findings);
      } else if (PERIODS.contains(key) && value.isIntegralNumber() && !own.has("layer_types")) {
        period(stack, key, value.asInt(), findings);
      }
    }
  }

  private static JsonNode at(ObjectNode config, String path) {
    return path.isEmpty() ? config : ArchitectureModule.at(config, path);
  }

  private static ArrayNode perLayer(ObjectNode own, ArrayNode donor, Stack stack, String key) {
    ArrayNode list = own.arrayNode();
    for (Origin origin : stack.layers()) {
      JsonNode theirs = at(origin.config(), stack.parent()).path(key);
      JsonNode value = theirs.path(origin.layer());
      list.add(value.isMissingNode() ? donor.path(origin.layer() % donor.size()) : value);
    }
    return list;
  }

  private static ArrayNode numbers(ObjectNode own, Stack stack, String key) {
    ArrayNode list = own.arrayNode();
    for (int layer = 0; layer < stack.layers().size(); layer++) {
      Origin origin = stack.layers().get(layer);
      Set<Integer> theirs = new TreeSet<>();
      at(origin.config(), stack.parent()).path(key).forEach(n -> theirs.add(n.asInt()));
      if (theirs.contains(origin.layer())) {
        list.add(layer);
      }
    }
    return list;
  }

  private static void bound(ObjectNode own, Stack stack, String key, int old, Findings findings) {
    int count = (int) stack.layers().stream().takeWhile(o -> o.layer() < old).count();
    boolean clean = stack.layers().stream().skip(count).noneMatch(o -> o.layer() < old);
    if (clean) {
      own.put(key, count);
    } else {
      findings.warn(
          "",
          "",
          "config.json: %s is %d, but the stack mixes layers from before and behind"
              .formatted(key, old),
          "no value says that; check the file by hand");
    }
  }

  private static void period(Stack stack, String key, int period, Findings findings) {
    boolean broken = false;
    for (int i = 0; i < stack.layers().size() && period > 1; i++) {
      broken |= stack.layers().get(i).layer() % period != i % period;
    }
    if (broken) {
      findings.warn(
          "",
          "",
          "config.json: %s is %d, but the layers of the stack come at other places"
              .formatted(key, period),
          "cut slices at multiples of %d, or check the file by hand".formatted(period));
    }
  }
}

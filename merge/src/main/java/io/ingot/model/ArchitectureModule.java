package io.ingot.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One part of an architecture: tensors before the layers, in each layer, and behind.
 *
 * @param layers dotted path of the number of layers in config.json, or the number itself
 * @param experts path of the number of experts, where layers name them one by one
 * @param denseLayers path of the number of first layers that use the dense template
 * @param denseLayer the dense template; empty when all layers are alike
 */
public record ArchitectureModule(
    String layers,
    Optional<String> experts,
    Optional<String> denseLayers,
    List<TensorPattern> before,
    List<TensorPattern> denseLayer,
    List<TensorPattern> layer,
    List<TensorPattern> after) {

  /** Number of layers of a model with this configuration. */
  public int layers(ObjectNode config) {
    return number(config, layers);
  }

  /** Whether config.json holds the number of layers, so that a stack can change it. */
  public boolean layersConfigurable() {
    return !layers.matches("\\d+");
  }

  public List<WeightTemplate> before(ObjectNode config) {
    return expand(before, 0, config);
  }

  public List<WeightTemplate> after(ObjectNode config, int layerCount) {
    return after.stream().flatMap(p -> p.expand(0, layerCount, 0).stream()).toList();
  }

  /** Tensors of one layer. */
  public List<WeightTemplate> layer(ObjectNode config, int index) {
    boolean dense = denseLayers.isPresent() && index < number(config, denseLayers.get());
    return expand(dense ? denseLayer : layer, index, config);
  }

  private List<WeightTemplate> expand(List<TensorPattern> patterns, int index, ObjectNode config) {
    int expertCount = experts.map(path -> number(config, path)).orElse(0);
    List<WeightTemplate> expanded = new ArrayList<>();
    for (TensorPattern pattern : patterns) {
      expanded.addAll(pattern.expand(index, 0, expertCount));
    }
    return expanded;
  }

  private static int number(ObjectNode config, String path) {
    if (path.matches("\\d+")) {
      return Integer.parseInt(path);
    }
    JsonNode node = at(config, path);
    if (!node.isIntegralNumber() || node.asInt() < 0 || node.asInt() > 100_000) {
      throw IngotException.invalid(
          "config.json: '" + path + "' must be a whole number of 0 or more, found " + node);
    }
    return node.asInt();
  }

  /** The value at a dotted path. */
  public static JsonNode at(ObjectNode config, String path) {
    JsonNode node = config;
    for (String key : path.split("\\.")) {
      node = node.path(key);
    }
    return node;
  }
}

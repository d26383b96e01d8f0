package io.ingot.safetensors;

import java.util.Map;

/**
 * How files of weights are called, and what their {@code __metadata__} says.
 *
 * @param stem {@code stem.safetensors}, or {@code stem-00001-of-00002.safetensors} with {@code
 *     stem.safetensors.index.json}
 */
public record WeightNaming(String stem, Map<String, String> metadata) {
  /** As transformers names a model. */
  public static final WeightNaming MODEL = new WeightNaming("model", Map.of("format", "pt"));

  /** Name of a file. */
  String file(int number, int count) {
    return count == 1
        ? stem + ".safetensors"
        : stem + "-%05d-of-%05d.safetensors".formatted(number, count);
  }

  String index() {
    return stem + ".safetensors.index.json";
  }
}

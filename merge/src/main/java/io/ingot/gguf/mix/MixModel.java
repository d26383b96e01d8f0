package io.ingot.gguf.mix;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgufValue;
import io.ingot.gguf.GgufValueType;
import java.util.Map;

/** What the mixes look at in a model's metadata. */
record MixModel(String architecture, int layers, int heads, int keyValueHeads, int experts) {
  /** As many layers as llama.cpp can hold. */
  private static final int MOST_LAYERS = 512;

  static MixModel of(Map<String, GgufValue> metadata) {
    GgufValue name = metadata.get("general.architecture");
    if (name == null || !name.isString()) {
      throw IngotException.invalid(
          "the file has no general.architecture, so it is no model that could be quantized");
    }
    String arch = name.text();
    int layers = number(metadata, arch + ".block_count", 0);
    if (layers < 1 || layers > MOST_LAYERS) {
      throw IngotException.invalid(
          arch + ".block_count is " + layers + "; 1 to " + MOST_LAYERS + " were expected");
    }
    int heads = number(metadata, arch + ".attention.head_count", 0);
    return new MixModel(
        arch,
        layers,
        heads,
        number(metadata, arch + ".attention.head_count_kv", heads),
        number(metadata, arch + ".expert_count", 0));
  }

  private static int number(Map<String, GgufValue> metadata, String key, int otherwise) {
    GgufValue value = metadata.get(key);
    if (value == null) {
      return otherwise;
    }
    if (value.type() == GgufValueType.ARRAY) {
      int[] perLayer = value.integers();
      return perLayer.length == 0 ? otherwise : perLayer[0];
    }
    return Math.toIntExact(value.integer());
  }

  boolean isFalcon() {
    return architecture.equals("falcon");
  }

  /** Query heads for each key-value head. */
  int groupedQueries() {
    return keyValueHeads == 0 ? 0 : heads / keyValueHeads;
  }

  /** Models whose value projections are so small that more bits cost nothing. */
  boolean isSeventyBillion() {
    return switch (architecture) {
      case "llama" -> layers == 80 && heads != keyValueHeads;
      case "qwen2", "deci", "olmo" -> layers == 80;
      case "jais2" -> layers == 68;
      default -> false;
    };
  }
}

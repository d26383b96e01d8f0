package io.ingot.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.model.Architecture;
import io.ingot.model.ArchitectureModule;
import io.ingot.tensor.DType;
import java.util.List;
import java.util.Locale;

/** What a merge changes in config.json. */
public final class ConfigEdits {
  private ConfigEdits() {}

  /** Sets a number at a dotted path whose parents exist. */
  static void put(ObjectNode config, String path, int value) {
    int dot = path.lastIndexOf('.');
    JsonNode parent = dot < 0 ? config : ArchitectureModule.at(config, path.substring(0, dot));
    if (parent instanceof ObjectNode object) {
      object.put(path.substring(dot + 1), value);
    }
  }

  /** Names the dtype of the weights under the key that the configuration uses. */
  public static void dtype(ObjectNode config, DType type) {
    String name =
        switch (type) {
          case BF16 -> "bfloat16";
          case F16 -> "float16";
          case F32 -> "float32";
          default -> type.name().toLowerCase(Locale.ROOT);
        };
    boolean old = config.has("torch_dtype");
    if (old) {
      config.put("torch_dtype", name);
    }
    if (!old || config.has("dtype")) {
      config.put("dtype", name);
    }
  }

  /** Unties a head that is written, and counts the rows of the embedding that is written. */
  static void keepConsistent(
      ObjectNode config,
      Architecture architecture,
      List<PlannedTensor> tensors,
      List<String> warnings) {
    boolean head = tensors.stream().anyMatch(t -> t.output().name().equals("lm_head.weight"));
    if (head && config.path("tie_word_embeddings").asBoolean(false)) {
      config.put("tie_word_embeddings", false);
      warnings.add(
          "the head is written although config.json ties it to the embedding;"
              + " tie_word_embeddings is set to false");
    }
    JsonNode size = ArchitectureModule.at(config, architecture.vocabularyKey());
    tensors.stream()
        .filter(t -> t.merge().embedding() && t.output().shape().size() == 2)
        .filter(
            t ->
                t.output().name().matches(".*(embed_tokens|wte|word_embeddings|embed_in)\\.weight"))
        .findFirst()
        .map(t -> t.output().shape().getFirst())
        .filter(rows -> size.isIntegralNumber() && size.asLong() != rows)
        .ifPresent(
            rows -> {
              warnings.add(
                  "the embedding has %d rows; vocab_size is set to that instead of %s"
                      .formatted(rows, size));
              put(config, architecture.vocabularyKey(), rows.intValue());
            });
  }
}

package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The order in which tensors of a checkpoint are converted, and which of them are not. */
final class TensorOrder {
  private static final Pattern BLOCK = Pattern.compile("^blk\\.(\\d+)\\.");

  /** Parts of other modalities, which a text model does not have. */
  private static final List<String> OTHER_PARTS =
      List.of(
          "visual.",
          "vision.",
          "audio.",
          "talker.",
          "vision_",
          "audio_",
          "token2wav.",
          "code2wav.",
          "projector.",
          "pre_mm_projector_norm",
          "image_newline",
          "view_seperator",
          "patch_embed",
          "patch_merger.",
          "patch_merge_mlp.",
          "model.connector.");

  private static final List<String> OTHER_STARTS =
      List.of(
          "mlp",
          "vit.",
          "vpm.",
          "siglip2.",
          "conformer.",
          "merger.",
          "resampler.",
          "sound_encoder.",
          "sound_projection.",
          "speech_embeddings.");

  private static final List<String> UNUSED_ENDS =
      List.of(".attention.masked_bias", ".attention.bias", ".rotary_emb.inv_freq");

  private TensorOrder() {}

  /** By shard, then by name. */
  static List<TensorInfo> sorted(Collection<TensorInfo> tensors, Path folder) {
    Map<String, String> shards = shards(folder);
    return tensors.stream()
        .sorted(
            Comparator.comparing((TensorInfo t) -> shards.getOrDefault(t.name(), ""))
                .thenComparing(TensorInfo::name))
        .toList();
  }

  /** The file of each tensor; empty where there is one file only. */
  private static Map<String, String> shards(Path folder) {
    Map<String, String> shards = new HashMap<>();
    JsonFile.find(folder.resolve("model.safetensors.index.json"))
        .ifPresent(
            index ->
                index
                    .path("weight_map")
                    .properties()
                    .forEach(entry -> shards.put(entry.getKey(), entry.getValue().asText())));
    if (shards.isEmpty()) {
      List<Path> files = looseShards(folder);
      for (Path file : files.size() > 1 ? files : List.<Path>of()) {
        try (SafetensorsFile shard = SafetensorsFile.open(file)) {
          shard.tensors().keySet().forEach(name -> shards.put(name, file.toString()));
        }
      }
    }
    return shards;
  }

  private static List<Path> looseShards(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).matches("model.*\\.safetensors"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw IngotException.failed(folder + ": cannot be read: " + e.getMessage());
    }
  }

  static boolean isIrrelevant(String name) {
    return OTHER_PARTS.stream().anyMatch(name::contains)
        || OTHER_STARTS.stream().anyMatch(name::startsWith)
        || UNUSED_ENDS.stream().anyMatch(name::endsWith);
  }

  /** Number of the layer that a tensor of the file belongs to; -1 for none. */
  static long layer(String name) {
    Matcher matcher = BLOCK.matcher(name);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
  }
}

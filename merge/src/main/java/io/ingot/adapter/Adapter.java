package io.ingot.adapter;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.safetensors.SafetensorsFile;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An opened PEFT adapter: low-rank pairs by module, and tensors that replace those of the base.
 * Names are without PEFT's prefix {@code base_model.model.}. Safe for concurrent reads.
 */
public final class Adapter implements AutoCloseable {
  private static final String PREFIX = "base_model.model.";

  private final Path folder;
  private final AdapterConfig config;
  private final TensorSource tensors;
  private final SequencedMap<String, Pair> pairs;
  private final SequencedMap<String, TensorInfo> replacements;

  /**
   * Two factors whose product is added to a weight.
   *
   * @param down {@code [r, in]}; of an embedding {@code [r, vocabulary]}
   * @param up {@code [out, r]}; of an embedding {@code [dim, r]}
   * @param magnitude DoRA's {@code [out]}, or null
   * @param bias a bias on the second factor, or null
   * @param embedding whether the product has to be transposed to lie like the weight
   */
  public record Pair(
      TensorInfo down,
      TensorInfo up,
      @Nullable TensorInfo magnitude,
      @Nullable TensorInfo bias,
      boolean embedding) {}

  private Adapter(
      Path folder,
      AdapterConfig config,
      TensorSource tensors,
      SequencedMap<String, Pair> pairs,
      SequencedMap<String, TensorInfo> replacements) {
    this.folder = folder;
    this.config = config;
    this.tensors = tensors;
    this.pairs = pairs;
    this.replacements = replacements;
  }

  /**
   * Opens a folder with adapter_config.json and adapter_model.safetensors.
   *
   * @throws IngotException NOT_FOUND, BLOCKED for a pickle, or INVALID naming the tensor
   */
  public static Adapter open(Path folder) {
    Path configFile = folder.resolve("adapter_config.json");
    if (!Files.isRegularFile(configFile)) {
      throw IngotException.notFound(folder + " is no adapter: adapter_config.json is missing");
    }
    AdapterConfig config = AdapterConfig.read(configFile);
    Path weights = folder.resolve("adapter_model.safetensors");
    if (!Files.exists(weights) && Files.exists(folder.resolve("adapter_model.bin"))) {
      throw new IngotException(
          ErrorKind.BLOCKED,
          folder
              + " holds its weights only as a pickle (adapter_model.bin), which can run code when"
              + " read; convert it to safetensors first");
    }
    SafetensorsFile tensors = SafetensorsFile.open(weights);
    try {
      return read(folder, config, tensors);
    } catch (RuntimeException e) {
      tensors.close();
      throw e;
    }
  }

  private static Adapter read(Path folder, AdapterConfig config, SafetensorsFile tensors) {
    TreeMap<String, SequencedMap<String, TensorInfo>> modules = new TreeMap<>();
    SequencedMap<String, TensorInfo> replacements = new LinkedHashMap<>();
    tensors
        .tensors()
        .forEach(
            (key, info) -> {
              String name = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key;
              int at = name.indexOf(".lora_");
              if (at < 0) {
                replacements.put(plain(name), info);
              } else {
                modules
                    .computeIfAbsent(name.substring(0, at), m -> new LinkedHashMap<>())
                    .put(name.substring(at + 1), info);
              }
            });
    SequencedMap<String, Pair> pairs = new LinkedHashMap<>();
    modules.forEach((module, parts) -> pairs.put(module, pair(folder, config, module, parts)));
    return new Adapter(folder, config, tensors, pairs, replacements);
  }

  /** Wrappers that PEFT puts around a module leave these segments in the names of its tensors. */
  private static String plain(String name) {
    return name.replace(".base_layer.", ".").replace(".modules_to_save.default.", ".");
  }

  private static Pair pair(
      Path folder, AdapterConfig config, String module, SequencedMap<String, TensorInfo> parts) {
    boolean embedding = parts.containsKey("lora_embedding_A");
    TensorInfo down = take(parts, embedding ? "lora_embedding_A" : "lora_A.weight");
    TensorInfo up = take(parts, embedding ? "lora_embedding_B" : "lora_B.weight");
    TensorInfo magnitude = take(parts, "lora_magnitude_vector");
    if (magnitude == null) {
      magnitude = take(parts, "lora_magnitude_vector.weight");
    }
    TensorInfo bias = take(parts, "lora_B.bias");
    if (!parts.isEmpty()) {
      throw IngotException.invalid(
          "%s: module %s has tensors of an unknown kind: %s"
              .formatted(folder, module, parts.keySet()));
    }
    if (down == null || up == null) {
      throw IngotException.invalid(
          "%s: module %s has only one of lora_A and lora_B".formatted(folder, module));
    }
    int rank = config.rank(module);
    if (down.shape().size() != 2
        || up.shape().size() != 2
        || down.shape().getFirst() != rank
        || up.shape().getLast() != rank) {
      throw IngotException.invalid(
          "%s: module %s has factors of shapes %s and %s, which do not fit the configured rank %d"
              .formatted(folder, module, down.shape(), up.shape(), rank));
    }
    if (config.dora() && magnitude == null) {
      throw IngotException.invalid(
          "%s says use_dora, but module %s has no lora_magnitude_vector".formatted(folder, module));
    }
    return new Pair(down, up, magnitude, bias, embedding);
  }

  private static @Nullable TensorInfo take(SequencedMap<String, TensorInfo> parts, String name) {
    return parts.remove(name);
  }

  public Path folder() {
    return folder;
  }

  public AdapterConfig config() {
    return config;
  }

  /** Low-rank pairs by module name, e.g. {@code model.layers.0.self_attn.q_proj}. */
  public SequencedMap<String, Pair> pairs() {
    return pairs;
  }

  /** Tensors that replace the base's, by tensor name: modules_to_save and biases. */
  public SequencedMap<String, TensorInfo> replacements() {
    return replacements;
  }

  /** Data of the tensors that {@link #pairs} and {@link #replacements} name. */
  public TensorSource tensors() {
    return tensors;
  }

  @Override
  public void close() {
    tensors.close();
  }
}

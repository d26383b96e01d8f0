package io.ingot.merge;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Writes small Llama folders for tests, which may then be spoiled. */
final class TinyModel {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long HIDDEN = 8;

  private final Map<String, Object> config = new LinkedHashMap<>();
  private final Map<String, List<Long>> tensors = new LinkedHashMap<>();
  private DType dtype = DType.F32;
  private float value = 1;

  TinyModel(int layers, long rows) {
    config.put("architectures", List.of("LlamaForCausalLM"));
    config.put("model_type", "llama");
    config.put("num_hidden_layers", layers);
    config.put("vocab_size", rows);
    config.put("tie_word_embeddings", false);
    config.put("torch_dtype", "float32");
    tensors.put("model.embed_tokens.weight", List.of(rows, HIDDEN));
    for (int i = 0; i < layers; i++) {
      String layer = "model.layers." + i + ".";
      for (String norm : List.of("input_layernorm", "post_attention_layernorm")) {
        tensors.put(layer + norm + ".weight", List.of(HIDDEN));
      }
      for (String matrix :
          List.of(
              "self_attn.q_proj",
              "self_attn.k_proj",
              "self_attn.v_proj",
              "self_attn.o_proj",
              "mlp.gate_proj",
              "mlp.up_proj",
              "mlp.down_proj")) {
        tensors.put(layer + matrix + ".weight", List.of(HIDDEN, HIDDEN));
      }
    }
    tensors.put("model.norm.weight", List.of(HIDDEN));
    tensors.put("lm_head.weight", List.of(rows, HIDDEN));
  }

  /** Two layers, 16 rows. */
  TinyModel() {
    this(2, 16);
  }

  TinyModel of(float number) {
    value = number;
    return this;
  }

  TinyModel stored(DType type) {
    dtype = type;
    return this;
  }

  TinyModel config(String key, Object setting) {
    config.put(key, setting);
    return this;
  }

  /** Changes the shapes. */
  TinyModel with(Consumer<Map<String, List<Long>>> change) {
    change.accept(tensors);
    return this;
  }

  /** The tensors by name, in the order of the file. */
  List<TensorInfo> infos() {
    List<TensorInfo> infos = new ArrayList<>();
    tensors.forEach((name, shape) -> infos.add(new TensorInfo(name, dtype, shape)));
    return infos;
  }

  Map<String, Object> config() {
    return config;
  }

  /** Writes the folder; elements grow by a little, so that no two are the same. */
  Path write(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("config.json"), JSON.writeValueAsString(config));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), infos(), Map.of("format", "pt"), this::data);
    return folder;
  }

  private MemorySegment data(TensorInfo tensor) {
    float[] values = new float[(int) tensor.elements()];
    int seed = tensor.name().hashCode();
    for (int i = 0; i < values.length; i++) {
      seed = seed * 1664525 + 1013904223;
      values[i] = value + (seed >>> 16) / 65536f;
    }
    MemorySegment data = MemorySegment.ofArray(new byte[(int) tensor.byteSize()]);
    if (dtype.isFloating()) {
      Elements.write(dtype, values, values.length, data, 0);
    }
    return data;
  }
}

package io.ingot.merge;

import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Writes Llama models of a few hundred parameters. */
public final class TinyModels {
  private static final List<String> LAYER =
      List.of(
          "input_layernorm",
          "post_attention_layernorm",
          "self_attn.q_proj",
          "self_attn.k_proj",
          "self_attn.v_proj",
          "self_attn.o_proj",
          "mlp.up_proj",
          "mlp.gate_proj",
          "mlp.down_proj");

  private TinyModels() {}

  /** A model of random numbers. */
  public static Path write(Path folder, int layers, long seed) throws IOException {
    return write(folder, layers, 6, seed);
  }

  /** A model of random numbers with this many tokens. */
  public static Path write(Path folder, int layers, int rows, long seed) throws IOException {
    Random random = new Random(seed);
    return write(folder, layers, rows, layer -> () -> (float) random.nextGaussian());
  }

  /** A model whose layers are all one number each: {@code value + layer}; the rest: value. */
  public static Path constant(Path folder, int layers, float value) throws IOException {
    return write(folder, layers, 6, layer -> () -> value + Math.max(layer, 0));
  }

  /** Gives the numbers of a layer, and of what lies outside of layers for -1. */
  private interface Values {
    Numbers of(int layer);
  }

  private interface Numbers {
    float next();
  }

  private static Path write(Path folder, int layers, int rows, Values values) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_hidden_layers": %d,
         "vocab_size": %d, "tie_word_embeddings": false, "torch_dtype": "float32"}
        """
            .formatted(layers, rows));
    List<TensorInfo> tensors = new ArrayList<>();
    for (String name : List.of("model.embed_tokens", "model.norm", "lm_head")) {
      tensors.add(tensor(name, rows));
    }
    for (int i = 0; i < layers; i++) {
      for (String name : LAYER) {
        tensors.add(tensor("model.layers." + i + "." + name, 6));
      }
    }
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        tensors,
        Map.of("format", "pt"),
        tensor -> bytes(tensor, values));
    return folder;
  }

  private static TensorInfo tensor(String name, long rows) {
    boolean vector = name.endsWith("norm");
    return new TensorInfo(name + ".weight", DType.F32, vector ? List.of(8L) : List.of(rows, 8L));
  }

  private static MemorySegment bytes(TensorInfo tensor, Values values) {
    String[] parts = tensor.name().split("\\.");
    Numbers numbers = values.of(parts[1].equals("layers") ? Integer.parseInt(parts[2]) : -1);
    float[] data = new float[(int) tensor.elements()];
    for (int i = 0; i < data.length; i++) {
      data[i] = numbers.next();
    }
    MemorySegment bytes = MemorySegment.ofArray(new byte[(int) tensor.byteSize()]);
    Elements.write(DType.F32, data, data.length, bytes, 0);
    return bytes;
  }
}

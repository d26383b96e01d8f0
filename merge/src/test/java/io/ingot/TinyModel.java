package io.ingot;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.model.ModelFolder;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** A model of a few small tensors, made for one test. */
public final class TinyModel {
  private static final ObjectMapper JSON = new ObjectMapper();

  public final ObjectNode config = JSON.createObjectNode();
  public final Map<String, float[]> values = new LinkedHashMap<>();
  public final Map<String, List<Long>> shapes = new LinkedHashMap<>();
  public DType dtype = DType.F32;

  /** A Llama of two layers, hidden size 24, 40 tokens, with a head of its own. */
  public static TinyModel llama() {
    TinyModel model = new TinyModel();
    model.config.putArray("architectures").add("LlamaForCausalLM");
    model.config.put("model_type", "llama");
    model.config.put("num_hidden_layers", 2);
    model.config.put("hidden_size", 24);
    model.config.put("vocab_size", 40);
    model.config.put("tie_word_embeddings", false);
    model.add("model.embed_tokens.weight", 40, 24);
    for (int i = 0; i < 2; i++) {
      String layer = "model.layers." + i + ".";
      model.add(layer + "input_layernorm.weight", 24);
      model.add(layer + "post_attention_layernorm.weight", 24);
      model.add(layer + "self_attn.q_proj.weight", 24, 24);
      model.add(layer + "self_attn.k_proj.weight", 12, 24);
      model.add(layer + "self_attn.v_proj.weight", 12, 24);
      model.add(layer + "self_attn.o_proj.weight", 24, 24);
      model.add(layer + "mlp.gate_proj.weight", 56, 24);
      model.add(layer + "mlp.up_proj.weight", 56, 24);
      model.add(layer + "mlp.down_proj.weight", 24, 56);
    }
    model.add("model.norm.weight", 24);
    model.add("lm_head.weight", 40, 24);
    return model;
  }

  /** Adds a tensor of reproducible random values. */
  public TinyModel add(String name, int... shape) {
    int count = 1;
    List<Long> dims = new ArrayList<>();
    for (int dim : shape) {
      count *= dim;
      dims.add((long) dim);
    }
    SplittableRandom random = new SplittableRandom(name.hashCode());
    float[] data = new float[count];
    for (int i = 0; i < count; i++) {
      data[i] = (float) (0.1 * random.nextGaussian());
    }
    values.put(name, data);
    shapes.put(name, dims);
    return this;
  }

  public TinyModel remove(String name) {
    values.remove(name);
    shapes.remove(name);
    return this;
  }

  public float[] get(String name) {
    return Objects.requireNonNull(values.get(name));
  }

  /** A copy that can be changed. */
  public TinyModel copy() {
    TinyModel copy = new TinyModel();
    copy.config.setAll(config.deepCopy());
    values.forEach((name, data) -> copy.values.put(name, data.clone()));
    copy.shapes.putAll(shapes);
    copy.dtype = dtype;
    return copy;
  }

  /** Adds a product of two random factors to a matrix. */
  public TinyModel change(String name, int rank, double scale) {
    int rows = Math.toIntExact(Objects.requireNonNull(shapes.get(name)).getFirst());
    float[] data = get(name);
    int columns = data.length / rows;
    SplittableRandom random = new SplittableRandom(31L * name.hashCode() + rank);
    for (int k = 0; k < rank; k++) {
      double[] u = random.doubles(rows, -1, 1).toArray();
      double[] v = random.doubles(columns, -1, 1).toArray();
      for (int i = 0; i < data.length; i++) {
        data[i] += (float) (scale * u[i / columns] * v[i % columns]);
      }
    }
    return this;
  }

  public TinyModel map(String name, UnaryOperator<Float> change) {
    float[] data = get(name);
    for (int i = 0; i < data.length; i++) {
      data[i] = change.apply(data[i]);
    }
    return this;
  }

  /** Writes the folder. */
  public Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), JSON.writeValueAsString(config));
    List<TensorInfo> tensors =
        shapes.entrySet().stream()
            .map(e -> new TensorInfo(e.getKey(), dtype, e.getValue()))
            .toList();
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsWriter.write(
          folder.resolve("model.safetensors"),
          tensors,
          Map.of("format", "pt"),
          info -> {
            MemorySegment bytes = arena.allocate(info.byteSize(), 64);
            Elements.write(dtype, get(info.name()), get(info.name()).length, bytes, 0);
            return bytes;
          });
    }
    return folder;
  }

  public ModelFolder open(Path folder) throws IOException {
    return ModelFolder.open(write(folder));
  }
}

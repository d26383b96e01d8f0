package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.function.UnaryOperator;

/** Dense models of two layers with random weights, 8 hidden, 12 inner, 10 tokens. */
final class TinyDense {
  static final int HIDDEN = 8;
  static final int INNER = 12;
  static final int VOCABULARY = 10;
  static final int LAYERS = 2;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String kind;
  private final ObjectNode config = JSON.createObjectNode();
  private final List<TensorInfo> tensors = new ArrayList<>();
  private DType dtype = DType.F32;

  private TinyDense(String kind) {
    this.kind = kind;
    config.putArray("architectures").add(className(kind));
    config.put("model_type", kind);
    config.put("hidden_size", HIDDEN).put("intermediate_size", INNER);
    config.put("num_hidden_layers", LAYERS).put("num_attention_heads", 4);
    config.put("num_key_value_heads", 2).put("vocab_size", VOCABULARY);
    config.put("hidden_act", "silu").put("tie_word_embeddings", false);
    config.put("torch_dtype", "float32");
    add("model.embed_tokens.weight", VOCABULARY, HIDDEN);
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = "model.layers." + layer + ".";
      add(prefix + "input_layernorm.weight", HIDDEN);
      add(prefix + "post_attention_layernorm.weight", HIDDEN);
      for (String name : List.of("q", "k", "v", "o")) {
        boolean few = name.equals("k") || name.equals("v");
        add(prefix + "self_attn." + name + "_proj.weight", few ? HIDDEN / 2 : HIDDEN, HIDDEN);
        if (kind.equals("qwen2") && !name.equals("o")) {
          add(prefix + "self_attn." + name + "_proj.bias", few ? HIDDEN / 2 : HIDDEN);
        }
      }
      if (kind.equals("qwen3")) {
        add(prefix + "self_attn.q_norm.weight", HIDDEN / 4);
        add(prefix + "self_attn.k_norm.weight", HIDDEN / 4);
      }
      add(prefix + "mlp.gate_proj.weight", INNER, HIDDEN);
      add(prefix + "mlp.up_proj.weight", INNER, HIDDEN);
      add(prefix + "mlp.down_proj.weight", HIDDEN, INNER);
    }
    add("model.norm.weight", HIDDEN);
    add("lm_head.weight", VOCABULARY, HIDDEN);
  }

  private static String className(String kind) {
    return Character.toUpperCase(kind.charAt(0)) + kind.substring(1) + "ForCausalLM";
  }

  static TinyDense of(String kind) {
    return new TinyDense(kind);
  }

  TinyDense dtype(DType value, String name) {
    dtype = value;
    config.put("torch_dtype", name);
    tensors.replaceAll(t -> new TensorInfo(t.name(), value, t.shape()));
    return this;
  }

  TinyDense set(String key, Object value) {
    config.set(key, JSON.valueToTree(value));
    return this;
  }

  TinyDense unset(String key) {
    config.remove(key);
    return this;
  }

  TinyDense add(String name, long... shape) {
    tensors.add(new TensorInfo(name, dtype, java.util.Arrays.stream(shape).boxed().toList()));
    return this;
  }

  TinyDense drop(String name) {
    tensors.removeIf(t -> t.name().equals(name));
    return this;
  }

  TinyDense change(String name, UnaryOperator<TensorInfo> change) {
    tensors.replaceAll(t -> t.name().equals(name) ? change.apply(t) : t);
    return this;
  }

  String kind() {
    return kind;
  }

  /** Writes the folder. */
  void write(Path folder, long seed) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("config.json"), config.toString());
      Files.writeString(folder.resolve("tokenizer.json"), "{}");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    Random random = new Random(seed);
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        tensors,
        Map.of(),
        t -> {
          float[] values = new float[Math.toIntExact(t.elements())];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
          }
          MemorySegment data = MemorySegment.ofArray(new byte[(int) t.byteSize()]);
          if (t.dtype().isPlain()) {
            Elements.write(t.dtype(), values, values.length, data, 0);
          }
          return data;
        });
  }
}

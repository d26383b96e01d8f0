package io.ingot.train.decoder;

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

/**
 * Dense models with random weights that runs tell apart: three layers, 64 hidden, 4 heads of 2
 * groups, the vocabulary and tokenizer of the quick start's base.
 */
public final class RandomModel {
  private static final Path TOKENIZER =
      Path.of(System.getProperty("ingot.root", ".."))
          .resolve("jobs/quickstart/hub/ingot/tiny-base");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HIDDEN = 64;
  private static final int INNER = 96;
  private static final int HEAD = 16;
  private static final int VOCABULARY = 1024;

  private RandomModel() {}

  /**
   * Writes a model folder.
   *
   * @param kind model_type: llama, mistral, qwen2 or qwen3
   */
  public static void write(Path folder, String kind, long seed) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config(kind).toString());
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(TOKENIZER.resolve(file), folder.resolve(file));
    }
    Random random = new Random(seed);
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        tensors(kind),
        Map.of("format", "pt"),
        t -> {
          boolean norm = t.name().endsWith("norm.weight");
          float[] values = new float[Math.toIntExact(t.elements())];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 0.15 + (norm ? 1 : 0));
          }
          MemorySegment data = MemorySegment.ofArray(new byte[(int) t.byteSize()]);
          Elements.write(t.dtype(), values, values.length, data, 0);
          return data;
        });
  }

  private static ObjectNode config(String kind) {
    ObjectNode config = JSON.createObjectNode();
    config
        .putArray("architectures")
        .add(Character.toUpperCase(kind.charAt(0)) + kind.substring(1) + "ForCausalLM");
    config.put("model_type", kind).put("hidden_size", HIDDEN).put("intermediate_size", INNER);
    config.put("num_hidden_layers", 3).put("num_attention_heads", 4);
    config.put("num_key_value_heads", 2).put("head_dim", HEAD).put("vocab_size", VOCABULARY);
    config.put("hidden_act", "silu").put("rms_norm_eps", 1e-6).put("rope_theta", 1e4);
    config.put("max_position_embeddings", 256).put("torch_dtype", "float32");
    config.put("tie_word_embeddings", kind.equals("qwen2"));
    config.put("bos_token_id", 0).put("eos_token_id", 2);
    if (kind.equals("mistral")) {
      config.put("sliding_window", 8);
    }
    return config;
  }

  private static List<TensorInfo> tensors(String kind) {
    List<TensorInfo> all = new ArrayList<>();
    all.add(info("model.embed_tokens.weight", VOCABULARY, HIDDEN));
    for (int layer = 0; layer < 3; layer++) {
      String prefix = "model.layers." + layer + ".";
      all.add(info(prefix + "input_layernorm.weight", HIDDEN));
      all.add(info(prefix + "post_attention_layernorm.weight", HIDDEN));
      for (String name : List.of("q", "k", "v")) {
        long rows = name.equals("q") ? 4 * HEAD : 2 * HEAD;
        all.add(info(prefix + "self_attn." + name + "_proj.weight", rows, HIDDEN));
        if (kind.equals("qwen2")) {
          all.add(info(prefix + "self_attn." + name + "_proj.bias", rows));
        }
        if (kind.equals("qwen3") && !name.equals("v")) {
          all.add(info(prefix + "self_attn." + name + "_norm.weight", HEAD));
        }
      }
      all.add(info(prefix + "self_attn.o_proj.weight", HIDDEN, 4 * HEAD));
      all.add(info(prefix + "mlp.gate_proj.weight", INNER, HIDDEN));
      all.add(info(prefix + "mlp.up_proj.weight", INNER, HIDDEN));
      all.add(info(prefix + "mlp.down_proj.weight", HIDDEN, INNER));
    }
    all.add(info("model.norm.weight", HIDDEN));
    if (!kind.equals("qwen2")) {
      all.add(info("lm_head.weight", VOCABULARY, HIDDEN));
    }
    return all;
  }

  private static TensorInfo info(String name, long... shape) {
    return new TensorInfo(name, DType.F32, java.util.Arrays.stream(shape).boxed().toList());
  }
}

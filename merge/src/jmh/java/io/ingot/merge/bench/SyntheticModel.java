package io.ingot.merge.bench;

import io.ingot.safetensors.ShardedWriter;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A Llama model of given shapes in bfloat16: weights are normal with deviation 0.02, and a tune of
 * it differs by a normal of deviation 0.001, as light tunes do. The same seed gives the same bytes.
 *
 * @param hidden width of the model
 * @param intermediate width of the MLP
 * @param keyValue width of keys and values
 */
record SyntheticModel(int hidden, int intermediate, int keyValue, int layers, int vocabulary) {
  /** Of the shapes of Llama 3 8B, with as many layers as wanted (it has 32). */
  static SyntheticModel llama8b(int layers) {
    return new SyntheticModel(4096, 14336, 1024, layers, 128256);
  }

  /** About 0.13 billion parameters and 0.05 for each layer. */
  static SyntheticModel small(int layers) {
    return new SyntheticModel(2048, 5632, 2048, layers, 32000);
  }

  private static final int BLOCK = 1 << 20;
  private static final float WEIGHT = 0.02f;
  private static final float CHANGE = 0.001f;
  private static final long SHARD_BYTES = 5_000_000_000L;

  List<TensorInfo> tensors() {
    List<TensorInfo> tensors = new ArrayList<>();
    add(tensors, "model.embed_tokens.weight", vocabulary, hidden);
    for (int i = 0; i < layers; i++) {
      String layer = "model.layers." + i + ".";
      add(tensors, layer + "input_layernorm.weight", hidden);
      add(tensors, layer + "self_attn.q_proj.weight", hidden, hidden);
      add(tensors, layer + "self_attn.k_proj.weight", keyValue, hidden);
      add(tensors, layer + "self_attn.v_proj.weight", keyValue, hidden);
      add(tensors, layer + "self_attn.o_proj.weight", hidden, hidden);
      add(tensors, layer + "post_attention_layernorm.weight", hidden);
      add(tensors, layer + "mlp.gate_proj.weight", intermediate, hidden);
      add(tensors, layer + "mlp.up_proj.weight", intermediate, hidden);
      add(tensors, layer + "mlp.down_proj.weight", hidden, intermediate);
    }
    add(tensors, "model.norm.weight", hidden);
    add(tensors, "lm_head.weight", vocabulary, hidden);
    return tensors;
  }

  private static void add(List<TensorInfo> tensors, String name, long... shape) {
    tensors.add(
        new TensorInfo(name, DType.BF16, java.util.Arrays.stream(shape).boxed().toList()));
  }

  long parameters() {
    return tensors().stream().mapToLong(TensorInfo::elements).sum();
  }

  /** Writes the model with zeros for weights, which take no room on a disk that knows holes. */
  void writeHollow(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config());
    try (ShardedWriter writer = new ShardedWriter(folder, tensors(), SHARD_BYTES, Map.of())) {
      tensors().forEach(tensor -> writer.complete(tensor.name()));
      writer.finish();
    }
  }

  /**
   * Writes the model.
   *
   * @param tune 0 for the base, another number for a tune of it
   */
  void write(Path folder, int tune) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config());
    float[] weights = normal(1, WEIGHT);
    float[] changes = normal(1000 + tune, CHANGE);
    float[] block = new float[BLOCK];
    RandomGenerator places = generator(2);
    RandomGenerator otherPlaces = generator(2000 + tune);
    try (Arena arena = Arena.ofConfined();
        ShardedWriter writer = new ShardedWriter(folder, tensors(), SHARD_BYTES, Map.of())) {
      MemorySegment bytes = arena.allocate(2L * BLOCK);
      for (TensorInfo tensor : tensors()) {
        for (long at = 0; at < tensor.elements(); at += BLOCK) {
          int count = (int) Math.min(BLOCK, tensor.elements() - at);
          int from = places.nextInt(BLOCK);
          int changesFrom = otherPlaces.nextInt(BLOCK);
          for (int i = 0; i < count; i++) {
            block[i] = weights[from + i & BLOCK - 1];
          }
          Elements.write(DType.BF16, block, count, bytes, 0);
          if (tune > 0) {
            Elements.read(DType.BF16, bytes, 0, block, count);
            for (int i = 0; i < count; i++) {
              block[i] += changes[changesFrom + i & BLOCK - 1];
            }
            Elements.write(DType.BF16, block, count, bytes, 0);
          }
          writer.write(tensor.name(), at * 2, bytes.asSlice(0, 2L * count));
        }
        writer.complete(tensor.name());
      }
      writer.finish();
    }
  }

  private static float[] normal(int seed, float deviation) {
    RandomGenerator random = generator(seed);
    float[] values = new float[BLOCK];
    for (int i = 0; i < BLOCK; i++) {
      values[i] = (float) random.nextGaussian() * deviation;
    }
    return values;
  }

  private static RandomGenerator generator(int seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  private String config() {
    return """
    {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": %d,
     "intermediate_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d,
     "num_key_value_heads": %d, "vocab_size": %d, "tie_word_embeddings": false,
     "rms_norm_eps": 1e-05, "max_position_embeddings": 8192, "torch_dtype": "bfloat16"}
    """
        .formatted(hidden, intermediate, layers, hidden / 128, keyValue / 128, vocabulary);
  }
}

package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Phi-3, Phi-3.5 and Phi-4: fused projections, factors for long contexts as tensors. */
final class PhiFamily extends Family {
  private static final String NAMES =
      """
      model.layers.#.self_attn.qkv_proj blk.#.attn_qkv
      model.layers.#.mlp.gate_up_proj blk.#.ffn_up
      """;

  PhiFamily() {
    super("phi3", FFN_NORM + NAMES);
  }

  @Override
  void prepare(ModelConfig config, Path folder) {
    // Older names of the same thing.
    if (config.values().get("rope_scaling") instanceof ObjectNode scaling) {
      String type = scaling.path("type").asText();
      if (type.equals("su") || type.equals("yarn")) {
        scaling.put("type", "longrope");
      }
    }
  }

  @Override
  void writeFirst(KeyValues out, ModelConfig config, RopeParameters rope) {
    if (!hasFactors(rope)) {
      return;
    }
    double positions = config.requireLong("n_positions", "max_position_embeddings");
    double original = original(rope);
    double scale = positions / original;
    double factor =
        switch (rope.common("rope_type")
            .map(JsonNode::asText)
            .orElse("")
            .toLowerCase(Locale.ROOT)) {
          case "su", "longrope" ->
              scale > 1.0 ? Math.sqrt(1 + Math.log(scale) / Math.log(original)) : 1.0;
          case "yarn" -> scale > 1.0 ? 0.1 * Math.log(scale) + 1.0 : 1.0;
          default ->
              throw IngotException.invalid(
                  "config.json: rope_scaling with long_factor needs the type longrope, su or yarn");
        };
    out.f32("phi3.rope.scaling.attn_factor", factor);
  }

  private static boolean hasFactors(RopeParameters rope) {
    return rope.common("long_factor").map(list -> list.size() > 0).orElse(false);
  }

  private static double original(RopeParameters rope) {
    return rope.common("original_max_position_embeddings")
        .orElseThrow(() -> ModelConfig.missing("original_max_position_embeddings"))
        .doubleValue();
  }

  @Override
  List<SourceTensor> extras(ModelConfig config, RopeParameters rope) {
    if (!hasFactors(rope)) {
      return List.of();
    }
    return List.of(
        factors("rope_factors_long.weight", rope, "long_factor", config),
        factors("rope_factors_short.weight", rope, "short_factor", config));
  }

  private static SourceTensor factors(
      String name, RopeParameters rope, String key, ModelConfig config) {
    JsonNode list = rope.common(key).orElseThrow(() -> ModelConfig.missing("rope_scaling." + key));
    long expected = dimensions(config, rope) / 2;
    if (list.size() != expected) {
      throw IngotException.invalid(
          "config.json: rope_scaling." + key + " has " + list.size() + " values, not " + expected);
    }
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) list.get(i).doubleValue();
    }
    return new SourceTensor(
        name, List.of((long) values.length), false, new RowViews.Constant(values));
  }

  private static long dimensions(ModelConfig config, RopeParameters rope) {
    double part = rope.common("partial_rotary_factor").map(JsonNode::doubleValue).orElse(1.0);
    return (long) (part * config.requireLong("hidden_size", "n_embd"))
        / config.requireLong("num_attention_heads", "n_head");
  }

  @Override
  void writeParameters(KeyValues out, ModelConfig config, RopeParameters rope, OutType type) {
    out.u32("phi3.context_length", config.requireLong("n_positions", "max_position_embeddings"));
    out.u32("phi3.rope.scaling.original_context_length", (long) original(rope));
    out.u32("phi3.embedding_length", config.requireLong("hidden_size", "n_embd"));
    out.u32("phi3.feed_forward_length", config.requireLong("intermediate_size"));
    out.u32("phi3.block_count", TextParameters.blocks(config));
    out.u32("phi3.attention.head_count", config.requireLong("num_attention_heads", "n_head"));
    out.u32("phi3.attention.head_count_kv", config.requireLong("num_key_value_heads", "n_head_kv"));
    out.f32("phi3.attention.layer_norm_rms_epsilon", config.requireDouble("rms_norm_eps"));
    out.u32("phi3.rope.dimension_count", dimensions(config, rope));
    out.f32(
        "phi3.rope.freq_base",
        rope.find("rope_theta").orElseThrow(() -> ModelConfig.missing("rope_theta")).doubleValue());
    out.u32("general.file_type", type.fileType());
    // Zero tells Phi-4 from the others.
    out.u32("phi3.attention.sliding_window", config.findLong("sliding_window").orElse(0L));
  }

  @Override
  void writeTokenizer(Tokenizer tokenizer) {
    Optional<ObjectNode> config =
        JsonFile.find(tokenizer.folder().resolve("tokenizer_config.json"));
    boolean bpe =
        config
            .map(json -> json.path("tokenizer_class").asText().equals("GPT2Tokenizer"))
            .orElse(false);
    if (bpe) {
      tokenizer.writeBpe();
    } else {
      tokenizer.write(SentencePieceVocabulary.readPhi(tokenizer.folder(), tokenizer.config()));
    }
  }

  @Override
  List<SourceTensor> restore(SourceTensor tensor, ModelConfig config) {
    if (tensor.name().startsWith("rope_factors_")) {
      return List.of();
    }
    return super.restore(tensor, config);
  }

  @Override
  void restoreConfig(FileMetadata metadata, Map<String, SourceTensor> tensors, ObjectNode config) {
    config.putArray("architectures").add("Phi3ForCausalLM");
    config.put("model_type", "phi3");
    super.restoreConfig(metadata, tensors, config);
    long heads = metadata.require("attention.head_count");
    long head = metadata.require("embedding_length") / heads;
    config.put("head_dim", head);
    config.put("partial_rotary_factor", (double) metadata.require("rope.dimension_count") / head);
    long original = metadata.require("rope.scaling.original_context_length");
    config.put("original_max_position_embeddings", original);
    metadata
        .number("attention.sliding_window")
        .filter(window -> window > 0)
        .ifPresent(window -> config.put("sliding_window", window));
    SourceTensor longs = tensors.get("rope_factors_long.weight");
    SourceTensor shorts = tensors.get("rope_factors_short.weight");
    if (longs != null && shorts != null) {
      ObjectNode scaling = config.putObject("rope_scaling");
      scaling.put("type", "longrope").put("rope_type", "longrope");
      addAll(scaling, "long_factor", longs);
      addAll(scaling, "short_factor", shorts);
    }
  }

  private static void addAll(ObjectNode scaling, String key, SourceTensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.elements())];
    tensor.rows().read(0, 1, values);
    var list = scaling.putArray(key);
    for (float value : values) {
      list.add(decimal(value));
    }
  }
}

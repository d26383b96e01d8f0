package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.gguf.FloatRows;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Llama, Mistral, Mixtral, SmolLM3 and relatives: rotary halves of query and key rows interleaved,
 * Llama-3 frequency factors as a tensor.
 */
class LlamaFamily extends Family {
  static final String MIXTURE =
      """
      model.layers.#.block_sparse_moe.gate blk.#.ffn_gate_inp
      layers.#.feed_forward.experts.w1 blk.#.ffn_gate_exps
      layers.#.feed_forward.experts.w2 blk.#.ffn_down_exps
      layers.#.feed_forward.experts.w3 blk.#.ffn_up_exps
      """;

  private final Experts experts =
      new Experts(
          "model.layers.#.block_sparse_moe.experts.@.*.weight",
          "layers.#.feed_forward.experts.*.weight",
          List.of("w1", "w2", "w3"));

  LlamaFamily() {
    this("llama", "");
  }

  LlamaFamily(String architecture, String names) {
    super(architecture, FFN_NORM + MIXTURE + names);
  }

  @Override
  List<SourceTensor> extras(ModelConfig config, RopeParameters rope) {
    return rope.type().equalsIgnoreCase("llama3")
        ? List.of(Llama3Rope.factors(config, rope))
        : List.of();
  }

  @Override
  List<SourceTensor> transform(SourceTensor tensor, ModelConfig config) {
    String name = tensor.name();
    if (name.contains("block_sparse_moe.experts")) {
      return experts.add(tensor, config, "num_local_experts");
    }
    if (name.endsWith("q_proj.weight") || name.endsWith("q_proj.bias")) {
      return List.of(interleave(tensor, config.requireLong("n_heads", "num_attention_heads")));
    }
    if (name.endsWith("k_proj.weight") || name.endsWith("k_proj.bias")) {
      long heads = config.requireLong("n_heads", "num_attention_heads");
      return List.of(
          interleave(tensor, config.findLong("n_kv_heads", "num_key_value_heads").orElse(heads)));
    }
    return List.of(tensor);
  }

  /** Row (head, j, half) of the file is row (head, half, j) of the checkpoint. */
  static SourceTensor interleave(SourceTensor tensor, long heads) {
    long rows = tensor.dim(0);
    if (heads <= 0 || rows % (2 * heads) != 0) {
      throw IngotException.invalid(
          "tensor '"
              + tensor.name()
              + "' has "
              + rows
              + " rows, which do not divide into "
              + heads
              + " heads of two halves; config.json does not fit the weights");
    }
    long half = rows / heads / 2;
    var flat = tensor.shape().size() == 1 ? new RowViews.Reshaped(tensor.rows(), 1) : tensor.rows();
    return tensor.with(
        new RowViews.Reordered(
            flat,
            rows,
            row -> {
              long within = row % (2 * half);
              return row - within + (within % 2) * half + within / 2;
            }));
  }

  /** The inverse of {@link #interleave}. */
  static SourceTensor deinterleave(SourceTensor tensor, long heads) {
    long rows = tensor.dim(0);
    if (heads <= 0 || rows % (2 * heads) != 0) {
      throw IngotException.invalid(
          "tensor '" + tensor.name() + "' does not divide into " + heads + " heads");
    }
    long half = rows / heads / 2;
    var flat = tensor.shape().size() == 1 ? new RowViews.Reshaped(tensor.rows(), 1) : tensor.rows();
    FloatRows reordered =
        new RowViews.Reordered(
            flat,
            rows,
            row -> {
              long within = row % (2 * half);
              return row - within + (within % half) * 2 + within / half;
            });
    return tensor.with(
        tensor.shape().size() == 1
            ? new RowViews.Reshaped(reordered, Math.toIntExact(rows))
            : reordered);
  }

  @Override
  List<SourceTensor> restore(SourceTensor tensor, ModelConfig config) {
    String name = tensor.name();
    if (name.equals("rope_freqs.weight")) {
      return List.of();
    }
    if (name.contains("_exps.")) {
      return experts.split(tensor, names());
    }
    SourceTensor renamed = super.restore(tensor, config).getFirst();
    if (name.contains(".attn_q.")) {
      return List.of(deinterleave(renamed, config.requireLong("num_attention_heads")));
    }
    if (name.contains(".attn_k.")) {
      return List.of(deinterleave(renamed, config.requireLong("num_key_value_heads")));
    }
    return List.of(renamed);
  }

  @Override
  void restoreConfig(FileMetadata metadata, Map<String, SourceTensor> tensors, ObjectNode config) {
    boolean mixture = metadata.number("expert_count").orElse(0L) > 0;
    boolean smol = architecture().equals("smollm3");
    config
        .putArray("architectures")
        .add(mixture ? "MixtralForCausalLM" : smol ? "SmolLM3ForCausalLM" : "LlamaForCausalLM");
    config.put("model_type", mixture ? "mixtral" : architecture());
    super.restoreConfig(metadata, tensors, config);
    if (mixture) {
      config.put("num_local_experts", metadata.require("expert_count"));
      config.put("num_experts_per_tok", metadata.require("expert_used_count"));
    }
    SourceTensor factors = tensors.get("rope_freqs.weight");
    if (factors != null) {
      Llama3Rope.restore(factors, config);
    }
  }

  @Override
  void writeParameters(KeyValues out, ModelConfig config, RopeParameters rope, OutType type) {
    super.writeParameters(out, config, rope, type);
    out.u32(architecture() + ".vocab_size", config.requireLong("vocab_size"));
    out.u32(architecture() + ".rope.dimension_count", headDimension(config));
  }

  static long headDimension(ModelConfig config) {
    return config
        .findLong("head_dim")
        .orElseGet(
            () -> config.requireLong("hidden_size") / config.requireLong("num_attention_heads"));
  }

  @Override
  List<String> leftovers() {
    return experts.leftovers();
  }

  @Override
  void writeTokenizer(Tokenizer tokenizer) {
    KeyValues out = tokenizer.out();
    Optional<ObjectNode> config =
        JsonFile.find(tokenizer.folder().resolve("tokenizer_config.json"));
    config
        .map(json -> json.get("add_prefix_space"))
        .filter(JsonNode::isBoolean)
        .ifPresent(flag -> out.flag("tokenizer.ggml.add_space_prefix", flag.asBoolean()));
    if (!tokenizer.writeSentencePiece() && !tokenizer.writeLlamaHf()) {
      tokenizer.writeBpe();
    }
    long size = tokenizer.config().findLong("vocab_size").orElse(32000L);
    if (size == 32016) {
      // CodeLlama
      out.u32("tokenizer.ggml.prefix_token_id", 32007);
      out.u32("tokenizer.ggml.suffix_token_id", 32008);
      out.u32("tokenizer.ggml.middle_token_id", 32009);
      out.u32("tokenizer.ggml.eot_token_id", 32010);
    }
    if (size == 49152) {
      // Granite's code models
      out.flag("tokenizer.ggml.add_bos_token", false);
    }
  }
}

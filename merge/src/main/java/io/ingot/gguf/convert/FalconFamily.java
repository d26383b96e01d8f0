package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/** Falcon: query, key and value rows, interleaved by key-value group, are put side by side. */
final class FalconFamily extends Family {
  private static final String NAMES =
      """
      transformer.word_embeddings token_embd
      lm_head output
      transformer.ln_f output_norm
      transformer.h.#.input_layernorm blk.#.attn_norm
      transformer.h.#.ln_mlp blk.#.attn_norm
      transformer.h.#.ln_attn blk.#.attn_norm_2
      transformer.h.#.self_attention.query_key_value blk.#.attn_qkv
      transformer.h.#.self_attention.dense blk.#.attn_output
      transformer.h.#.mlp.dense_h_to_4h blk.#.ffn_up
      transformer.h.#.mlp.dense_4h_to_h blk.#.ffn_down
      """;

  FalconFamily() {
    super("falcon", "", NAMES);
  }

  private static long heads(ModelConfig config) {
    return config.requireLong("num_attention_heads", "n_head");
  }

  private static long keyValueHeads(ModelConfig config) {
    boolean single = config.find("multi_query").map(value -> value.asBoolean()).orElse(true);
    return config
        .findLong("num_kv_heads", "n_head_kv")
        .filter(count -> count > 0)
        .orElseGet(() -> single ? 1L : heads(config));
  }

  /** Row of the checkpoint for a row of the file. */
  private static LongUnaryOperator source(long heads, long groups, long headRows) {
    long queries = heads / groups;
    return row -> {
      long head = row / headRows;
      long within = row % headRows;
      long group;
      long place;
      if (head < heads) {
        group = head / queries;
        place = head % queries;
      } else {
        group = (head - heads) % groups;
        place = queries + (head - heads) / groups;
      }
      return (group * (queries + 2) + place) * headRows + within;
    };
  }

  private static long headRows(SourceTensor tensor, long heads, long groups) {
    long rows = tensor.dim(0);
    if (heads % groups != 0 || rows % (heads + 2 * groups) != 0) {
      throw IngotException.invalid(
          "tensor '"
              + tensor.name()
              + "' has "
              + rows
              + " rows, which do not divide into "
              + heads
              + " query heads and "
              + groups
              + " key-value heads; set num_kv_heads in config.json (1 for multi_query)");
    }
    return rows / (heads + 2 * groups);
  }

  @Override
  List<SourceTensor> transform(SourceTensor tensor, ModelConfig config) {
    if (!tensor.name().contains("query_key_value") || tensor.shape().size() != 2) {
      return List.of(tensor);
    }
    long heads = heads(config);
    long groups = keyValueHeads(config);
    long headRows = headRows(tensor, heads, groups);
    return List.of(
        tensor.with(
            new RowViews.Reordered(tensor.rows(), tensor.dim(0), source(heads, groups, headRows))));
  }

  @Override
  void writeParameters(KeyValues out, ModelConfig config, RopeParameters rope, OutType type) {
    out.u32("falcon.context_length", 2048);
    out.text("falcon.tensor_data_layout", "jploski");
    out.u32("falcon.embedding_length", config.requireLong("hidden_size"));
    out.u32("falcon.feed_forward_length", 4 * config.requireLong("hidden_size"));
    out.u32("falcon.block_count", TextParameters.blocks(config));
    out.u32("falcon.attention.head_count", heads(config));
    out.u32("falcon.attention.head_count_kv", keyValueHeads(config));
    out.f32("falcon.attention.layer_norm_epsilon", config.requireDouble("layer_norm_epsilon"));
    out.u32("general.file_type", type.fileType());
  }

  @Override
  void writeTokenizer(Tokenizer tokenizer) {
    tokenizer.writeBpe();
  }

  @Override
  List<SourceTensor> restore(SourceTensor tensor, ModelConfig config) {
    SourceTensor renamed = super.restore(tensor, config).getFirst();
    if (!renamed.name().contains("query_key_value") || renamed.shape().size() != 2) {
      return List.of(renamed);
    }
    long heads = heads(config);
    long groups = keyValueHeads(config);
    long headRows = headRows(renamed, heads, groups);
    LongUnaryOperator forward = source(heads, groups, headRows);
    long[] inverse = new long[Math.toIntExact(renamed.dim(0))];
    for (int row = 0; row < inverse.length; row++) {
      inverse[(int) forward.applyAsLong(row)] = row;
    }
    return List.of(
        renamed.with(
            new RowViews.Reordered(renamed.rows(), inverse.length, row -> inverse[(int) row])));
  }

  @Override
  void restoreConfig(FileMetadata metadata, Map<String, SourceTensor> tensors, ObjectNode config) {
    config.putArray("architectures").add("FalconForCausalLM");
    config.put("model_type", "falcon");
    super.restoreConfig(metadata, tensors, config);
    long groups = metadata.number("attention.head_count_kv").orElse(1L);
    config.put("num_kv_heads", groups);
    config.put("multi_query", groups == 1);
    config.put("new_decoder_architecture", tensors.containsKey("blk.0.attn_norm_2.weight"));
    config.put("parallel_attn", true);
    metadata
        .real("attention.layer_norm_epsilon")
        .ifPresent(eps -> config.put("layer_norm_epsilon", decimal(eps)));
  }
}

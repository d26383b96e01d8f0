package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.gguf.FloatRows;
import io.ingot.gguf.GgufValue;
import java.util.List;
import java.util.Map;

/** Gemma 1 and 2: norms are stored as their distance from one; no output matrix. */
class GemmaFamily extends Family {
  static final String NORMS =
      """
      model.layers.#.post_attention_layernorm blk.#.post_attention_norm
      model.layers.#.pre_feedforward_layernorm blk.#.ffn_norm
      model.layers.#.post_feedforward_layernorm blk.#.post_ffw_norm
      """;

  GemmaFamily() {
    this("gemma", FFN_NORM);
  }

  GemmaFamily(String architecture, String names) {
    super(architecture, names);
  }

  static GemmaFamily second() {
    return new GemmaFamily("gemma2", NORMS);
  }

  @Override
  boolean isSkipped(String name) {
    return name.equals("lm_head.weight");
  }

  @Override
  List<SourceTensor> transform(SourceTensor tensor, ModelConfig config) {
    return tensor.name().endsWith("norm.weight")
        ? List.of(tensor.with(new RowViews.PlusOne(tensor.rows(), tensor.half())))
        : List.of(tensor);
  }

  @Override
  void writeParameters(KeyValues out, ModelConfig config, RopeParameters rope, OutType type) {
    String a = architecture() + ".";
    out.u32(a + "context_length", config.requireLong("max_position_embeddings"));
    out.u32(a + "embedding_length", config.requireLong("hidden_size"));
    out.u32(a + "block_count", TextParameters.blocks(config));
    out.u32(a + "feed_forward_length", config.requireLong("intermediate_size"));
    out.u32(a + "attention.head_count", config.requireLong("num_attention_heads"));
    out.u32(
        a + "attention.head_count_kv",
        config.requireLong("num_key_value_heads", "num_attention_heads"));
    out.f32(a + "attention.layer_norm_rms_epsilon", config.requireDouble("rms_norm_eps"));
    out.u32(a + "attention.key_length", config.requireLong("head_dim"));
    out.u32(a + "attention.value_length", config.requireLong("head_dim"));
    out.u32("general.file_type", type.fileType());
    if (architecture().equals("gemma2")) {
      out.f32(a + "attn_logit_softcapping", config.requireDouble("attn_logit_softcapping"));
      out.f32(a + "final_logit_softcapping", config.requireDouble("final_logit_softcapping"));
      out.u32(a + "attention.sliding_window", config.requireLong("sliding_window"));
    }
  }

  @Override
  void writeTokenizer(Tokenizer tokenizer) {
    tokenizer.requireSentencePiece();
    if (architecture().equals("gemma")) {
      KeyValues out = tokenizer.out();
      out.put("tokenizer.ggml.prefix_token_id", GgufValue.u32(67));
      out.put("tokenizer.ggml.suffix_token_id", GgufValue.u32(69));
      out.put("tokenizer.ggml.middle_token_id", GgufValue.u32(68));
      out.put("tokenizer.ggml.eot_token_id", GgufValue.u32(107));
    }
    tokenizer.out().flag("tokenizer.ggml.add_space_prefix", false);
  }

  @Override
  List<SourceTensor> restore(SourceTensor tensor, ModelConfig config) {
    SourceTensor renamed = super.restore(tensor, config).getFirst();
    return renamed.name().endsWith("norm.weight")
        ? List.of(renamed.with(new MinusOne(renamed.rows())))
        : List.of(renamed);
  }

  private record MinusOne(FloatRows of) implements FloatRows {
    @Override
    public int columns() {
      return of.columns();
    }

    @Override
    public long rows() {
      return of.rows();
    }

    @Override
    public void read(long first, int count, float[] into) {
      of.read(first, count, into);
      for (int i = 0; i < count * columns(); i++) {
        into[i] -= 1;
      }
    }
  }

  @Override
  void restoreConfig(FileMetadata metadata, Map<String, SourceTensor> tensors, ObjectNode config) {
    boolean second = architecture().equals("gemma2");
    config.putArray("architectures").add(second ? "Gemma2ForCausalLM" : "GemmaForCausalLM");
    config.put("model_type", architecture());
    super.restoreConfig(metadata, tensors, config);
    config.put("hidden_act", "gelu_pytorch_tanh");
    config.put("hidden_activation", "gelu_pytorch_tanh");
    softCaps(metadata, config);
    if (second) {
      config.put("query_pre_attn_scalar", queryScale(metadata, config));
    }
  }

  static void softCaps(FileMetadata metadata, ObjectNode config) {
    metadata
        .real("attn_logit_softcapping")
        .ifPresent(value -> config.put("attn_logit_softcapping", decimal(value)));
    metadata
        .real("final_logit_softcapping")
        .ifPresent(value -> config.put("final_logit_softcapping", decimal(value)));
    metadata
        .number("attention.sliding_window")
        .ifPresent(value -> config.put("sliding_window", value));
  }

  /** The file does not say; llama.cpp knows that only the largest models differ. */
  static long queryScale(FileMetadata metadata, ObjectNode config) {
    long layers = metadata.require("block_count");
    boolean largest = layers == 46 || layers == 62;
    return largest
        ? config.path("hidden_size").longValue() / config.path("num_attention_heads").longValue()
        : config.path("head_dim").longValue();
  }
}

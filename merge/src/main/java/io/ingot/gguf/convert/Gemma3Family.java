package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Gemma 3 (text): norms on query and key, two rotary bases, rows of unknown tokens cut off. */
final class Gemma3Family extends GemmaFamily {
  private static final String QUERY_NORMS =
      """
      model.layers.#.self_attn.q_norm blk.#.attn_q_norm
      model.layers.#.self_attn.k_norm blk.#.attn_k_norm
      """;

  private long realTokens = -1;

  Gemma3Family() {
    super("gemma3", NORMS + QUERY_NORMS);
  }

  @Override
  void prepare(ModelConfig config, Path folder) {
    if (SentencePieceVocabulary.exists(folder)) {
      realTokens = SentencePieceVocabulary.read(folder, config).tokens().size();
    } else {
      TokenizerFile file =
          TokenizerFile.find(folder)
              .orElseThrow(
                  () ->
                      IngotException.notFound(
                          folder + ": neither tokenizer.model nor tokenizer.json is there"));
      realTokens = file.baseSize() + file.json().path("added_tokens").size();
    }
  }

  @Override
  boolean isSkipped(String name) {
    return false;
  }

  @Override
  List<SourceTensor> transform(SourceTensor tensor, ModelConfig config) {
    if (tensor.name().contains("embed_tokens.weight") && tensor.dim(0) > realTokens) {
      List<Long> shape = new ArrayList<>(tensor.shape());
      shape.set(0, realTokens);
      return List.of(tensor.shaped(shape, RowViews.slice(tensor.rows(), 0, realTokens)));
    }
    return super.transform(tensor, config);
  }

  @Override
  void writeParameters(KeyValues out, ModelConfig config, RopeParameters rope, OutType type) {
    TextParameters.write(out, architecture(), config, rope, type);
    String a = architecture() + ".";
    out.u32(a + "context_length", config.findLong("max_position_embeddings").orElse(131072L));
    out.u32(a + "attention.head_count", config.findLong("num_attention_heads").orElse(8L));
    out.f32(
        a + "attention.layer_norm_rms_epsilon",
        config.find("rms_norm_eps").map(eps -> eps.doubleValue()).orElse(1e-6));
    out.u32(a + "attention.key_length", config.findLong("head_dim").orElse(256L));
    out.u32(a + "attention.value_length", config.findLong("head_dim").orElse(256L));
    out.f32(
        a + "rope.freq_base",
        rope.find("rope_theta").map(theta -> theta.doubleValue()).orElse(1_000_000.0));
    config
        .find("final_logit_softcapping")
        .filter(cap -> cap.doubleValue() != 0)
        .ifPresent(cap -> out.f32(a + "final_logit_softcapping", cap.doubleValue()));
    if (config.findLong("sliding_window_pattern").orElse(0L) != 1) {
      out.u32(a + "attention.sliding_window", config.requireLong("sliding_window"));
    }
    out.u32(a + "attention.head_count_kv", config.findLong("num_key_value_heads").orElse(4L));
  }

  @Override
  void writeTokenizer(Tokenizer tokenizer) {
    if (tokenizer.writeSentencePiece()) {
      tokenizer.out().flag("tokenizer.ggml.add_space_prefix", false);
    } else {
      tokenizer.writeBpe();
    }
  }

  @Override
  void restoreConfig(FileMetadata metadata, Map<String, SourceTensor> tensors, ObjectNode config) {
    super.restoreConfig(metadata, tensors, config);
    config.putArray("architectures").add("Gemma3ForCausalLM");
    config.put("model_type", "gemma3_text");
    config.put("query_pre_attn_scalar", queryScale(metadata, config));
    metadata
        .real("rope.freq_base_swa")
        .ifPresent(base -> config.put("rope_local_base_freq", decimal(base)));
  }
}

package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Qwen2, Qwen2.5 and Qwen3: a plain decoder, with biases or norms on query and key. */
final class QwenFamily extends Family {
  private static final String NORMS =
      """
      model.layers.#.self_attn.q_norm blk.#.attn_q_norm
      model.layers.#.self_attn.k_norm blk.#.attn_k_norm
      """;

  /**
   * @param architecture qwen2 or qwen3
   */
  QwenFamily(String architecture) {
    super(architecture, FFN_NORM + NORMS);
  }

  @Override
  void writeTokenizer(Tokenizer tokenizer) {
    if (!tokenizer.writeSentencePiece()) {
      tokenizer.writeBpe();
    }
  }

  @Override
  void restoreConfig(FileMetadata metadata, Map<String, SourceTensor> tensors, ObjectNode config) {
    boolean three = architecture().equals("qwen3");
    config.putArray("architectures").add(three ? "Qwen3ForCausalLM" : "Qwen2ForCausalLM");
    config.put("model_type", architecture());
    super.restoreConfig(metadata, tensors, config);
    config.put("use_sliding_window", false);
  }
}

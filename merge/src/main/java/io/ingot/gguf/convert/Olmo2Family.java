package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.gguf.GgufValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** OLMo 2 and 3: norms behind attention and feed-forward, norms on query and key. */
final class Olmo2Family extends Family {
  private static final String NAMES =
      """
      model.layers.#.post_attention_layernorm blk.#.post_attention_norm
      model.layers.#.post_feedforward_layernorm blk.#.post_ffw_norm
      model.layers.#.self_attn.q_norm blk.#.attn_q_norm
      model.layers.#.self_attn.k_norm blk.#.attn_k_norm
      """;

  Olmo2Family() {
    super("olmo2", NAMES);
  }

  @Override
  void writeParameters(KeyValues out, ModelConfig config, RopeParameters rope, OutType type) {
    super.writeParameters(out, config, rope, type);
    if (!config.has("sliding_window")) {
      return;
    }
    out.u32("olmo2.attention.sliding_window", config.requireLong("sliding_window"));
    List<Boolean> sliding = new ArrayList<>();
    Optional<JsonNode> types = config.find("layer_types");
    for (int i = 0; i < TextParameters.blocks(config); i++) {
      int layer = i;
      sliding.add(
          types
              .map(list -> list.path(layer).asText().equals("sliding_attention"))
              .orElse((layer + 1) % 4 != 0));
    }
    out.put("olmo2.attention.sliding_window_pattern", GgufValue.booleans(sliding));
  }

  @Override
  void writeTokenizer(Tokenizer tokenizer) {
    tokenizer.writeBpe();
  }

  @Override
  void restoreConfig(FileMetadata metadata, Map<String, SourceTensor> tensors, ObjectNode config) {
    config.putArray("architectures").add("Olmo2ForCausalLM");
    config.put("model_type", "olmo2");
    super.restoreConfig(metadata, tensors, config);
  }
}

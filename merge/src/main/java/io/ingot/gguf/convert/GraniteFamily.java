package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Granite 3: Llama with four multipliers and without a head dimension of its own. */
final class GraniteFamily extends LlamaFamily {
  private static final List<String[]> SCALES =
      List.of(
          new String[] {"attention.scale", "attention_multiplier"},
          new String[] {"embedding_scale", "embedding_multiplier"},
          new String[] {"residual_scale", "residual_multiplier"},
          new String[] {"logit_scale", "logits_scaling"});

  GraniteFamily() {
    super("granite", "");
  }

  @Override
  void writeParameters(KeyValues out, ModelConfig config, RopeParameters rope, OutType type) {
    config.values().remove("head_dim");
    super.writeParameters(out, config, rope, type);
    for (String[] scale : SCALES) {
      config
          .find(scale[1])
          .filter(value -> value.doubleValue() != 0)
          .ifPresent(value -> out.f32("granite." + scale[0], value.doubleValue()));
    }
  }

  @Override
  void restoreConfig(FileMetadata metadata, Map<String, SourceTensor> tensors, ObjectNode config) {
    super.restoreConfig(metadata, tensors, config);
    config.putArray("architectures").add("GraniteForCausalLM");
    config.put("model_type", "granite");
    for (String[] scale : SCALES) {
      metadata.real(scale[0]).ifPresent(value -> config.put(scale[1], decimal(value)));
    }
  }
}

package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Qwen2-MoE and Qwen3-MoE: experts one by one or stacked, perhaps with a shared one. */
final class QwenMoeFamily extends Family {
  private static final String NAMES =
      """
      model.layers.#.self_attn.q_norm blk.#.attn_q_norm
      model.layers.#.self_attn.k_norm blk.#.attn_k_norm
      model.layers.#.mlp.gate blk.#.ffn_gate_inp
      model.layers.#.mlp.experts.gate_proj blk.#.ffn_gate_exps
      model.layers.#.mlp.experts.up_proj blk.#.ffn_up_exps
      model.layers.#.mlp.experts.down_proj blk.#.ffn_down_exps
      model.layers.#.mlp.shared_expert.gate_proj blk.#.ffn_gate_shexp
      model.layers.#.mlp.shared_expert.up_proj blk.#.ffn_up_shexp
      model.layers.#.mlp.shared_expert.down_proj blk.#.ffn_down_shexp
      model.layers.#.mlp.shared_expert_gate blk.#.ffn_gate_inp_shexp
      """;

  private final Experts experts =
      new Experts(
          "model.layers.#.mlp.experts.@.*.weight",
          "model.layers.#.mlp.experts.*.weight",
          List.of("down_proj", "gate_proj", "up_proj"));

  /**
   * @param architecture qwen2moe or qwen3moe
   */
  QwenMoeFamily(String architecture) {
    super(architecture, FFN_NORM + NAMES);
  }

  @Override
  List<SourceTensor> transform(SourceTensor tensor, ModelConfig config) {
    String name = tensor.name();
    String stem = name.endsWith(".weight") ? name.substring(0, name.length() - 7) : name;
    if (stem.endsWith("mlp.experts.down_proj")) {
      return List.of(tensor.named(stem + ".weight"));
    }
    if (stem.endsWith("mlp.experts.gate_up_proj")) {
      return halves(tensor, stem.substring(0, stem.length() - "gate_up_proj".length()));
    }
    return name.contains("experts")
        ? experts.add(tensor, config, "num_local_experts", "num_experts")
        : List.of(tensor);
  }

  /** A stack of gate and up projections, one upon the other for each expert. */
  static List<SourceTensor> halves(SourceTensor tensor, String prefix) {
    List<Long> shape = tensor.shape();
    if (shape.size() < 3 || tensor.dim(-2) % 2 != 0) {
      throw IngotException.invalid(
          "tensor '" + tensor.name() + "' of shape " + shape + " is no stack of two projections");
    }
    long height = tensor.dim(-2) / 2;
    List<Long> half = new ArrayList<>(shape);
    half.set(shape.size() - 2, height);
    long rows = tensor.rows().rows() / 2;
    List<SourceTensor> halves = new ArrayList<>();
    for (int part = 0; part < 2; part++) {
      long shift = part * height;
      var values =
          new RowViews.Reordered(
              tensor.rows(), rows, row -> row / height * 2 * height + shift + row % height);
      String name = prefix + (part == 0 ? "gate_proj" : "up_proj") + ".weight";
      halves.add(new SourceTensor(name, half, tensor.half(), values));
    }
    return halves;
  }

  @Override
  void writeParameters(KeyValues out, ModelConfig config, RopeParameters rope, OutType type) {
    super.writeParameters(out, config, rope, type);
    config
        .findLong("moe_intermediate_size")
        .ifPresent(value -> out.u32(architecture() + ".expert_feed_forward_length", value));
    config
        .findLong("shared_expert_intermediate_size")
        .filter(value -> architecture().equals("qwen2moe") || value > 0)
        .ifPresent(value -> out.u32(architecture() + ".expert_shared_feed_forward_length", value));
  }

  @Override
  List<String> leftovers() {
    return experts.leftovers();
  }

  @Override
  void writeTokenizer(Tokenizer tokenizer) {
    tokenizer.writeBpe();
  }

  @Override
  List<SourceTensor> restore(SourceTensor tensor, ModelConfig config) {
    return tensor.name().contains("_exps.")
        ? experts.split(tensor, names())
        : super.restore(tensor, config);
  }

  @Override
  void restoreConfig(FileMetadata metadata, Map<String, SourceTensor> tensors, ObjectNode config) {
    boolean three = architecture().equals("qwen3moe");
    config.putArray("architectures").add(three ? "Qwen3MoeForCausalLM" : "Qwen2MoeForCausalLM");
    config.put("model_type", three ? "qwen3_moe" : "qwen2_moe");
    super.restoreConfig(metadata, tensors, config);
    config.put("num_experts", metadata.require("expert_count"));
    config.put("num_experts_per_tok", metadata.require("expert_used_count"));
    metadata
        .number("expert_feed_forward_length")
        .ifPresent(value -> config.put("moe_intermediate_size", value));
    metadata
        .number("expert_shared_feed_forward_length")
        .ifPresent(value -> config.put("shared_expert_intermediate_size", value));
    config.put("norm_topk_prob", three);
    config.put("use_sliding_window", false);
  }
}

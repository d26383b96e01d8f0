package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model family: how its tensors, hyper-parameters and tokenizer go into GGUF. An instance serves
 * one conversion.
 */
abstract class Family {
  private static final String COMMON =
      """
      model.embed_tokens token_embd
      lm_head output
      model.norm output_norm
      model.layers.#.input_layernorm blk.#.attn_norm
      model.layers.#.self_attn.q_proj blk.#.attn_q
      model.layers.#.self_attn.k_proj blk.#.attn_k
      model.layers.#.self_attn.v_proj blk.#.attn_v
      model.layers.#.self_attn.o_proj blk.#.attn_output
      model.layers.#.mlp.gate_proj blk.#.ffn_gate
      model.layers.#.mlp.up_proj blk.#.ffn_up
      model.layers.#.mlp.down_proj blk.#.ffn_down
      """;

  static final String FFN_NORM = "model.layers.#.post_attention_layernorm blk.#.ffn_norm\n";

  private final String architecture;
  private final TensorNames names;

  /**
   * @param architecture the name in GGUF, which begins the keys
   * @param names lines of names beyond those of a plain decoder
   */
  Family(String architecture, String names) {
    this(architecture, COMMON, names);
  }

  Family(String architecture, String common, String names) {
    this.architecture = architecture;
    this.names = new TensorNames(common + names);
  }

  final String architecture() {
    return architecture;
  }

  /** Names of this family in both worlds. */
  final TensorNames names() {
    return names;
  }

  /** Adapts the configuration before anything is read from it. */
  void prepare(ModelConfig config, Path folder) {}

  /** Metadata that stands in front of everything else. */
  void writeFirst(KeyValues out, ModelConfig config, RopeParameters rope) {}

  /** Tensors that the checkpoint does not have. */
  List<SourceTensor> extras(ModelConfig config, RopeParameters rope) {
    return List.of();
  }

  /** Whether a tensor of the checkpoint is left out. */
  boolean isSkipped(String name) {
    return false;
  }

  /**
   * Turns a tensor of the checkpoint into those of the file, named as in the checkpoint still. An
   * empty list keeps it back for a later one.
   */
  List<SourceTensor> transform(SourceTensor tensor, ModelConfig config) {
    return List.of(tensor);
  }

  /** Name in the file; empty for one that the family does not know. */
  final Optional<String> rename(String name) {
    return names.gguf(name);
  }

  void writeParameters(KeyValues out, ModelConfig config, RopeParameters rope, OutType type) {
    TextParameters.write(out, architecture, config, rope, type);
  }

  /** Tensors that were kept back and never used; empty when all is well. */
  List<String> leftovers() {
    return List.of();
  }

  abstract void writeTokenizer(Tokenizer tokenizer);

  /** The tensors of the Hub that a tensor of a file stands for; none for what was computed. */
  List<SourceTensor> restore(SourceTensor tensor, ModelConfig config) {
    String name =
        names
            .hub(tensor.name())
            .orElseThrow(
                () ->
                    IngotException.invalid(
                        "tensor '"
                            + tensor.name()
                            + "' has no place in a model of the architecture "
                            + architecture));
    return List.of(tensor.named(name));
  }

  /** Fills the configuration of the Hub from a file; vocabulary and tying are filled in later. */
  void restoreConfig(FileMetadata metadata, Map<String, SourceTensor> tensors, ObjectNode config) {
    config.put("hidden_size", metadata.require("embedding_length"));
    config.put("num_hidden_layers", metadata.require("block_count"));
    metadata
        .number("feed_forward_length")
        .ifPresent(value -> config.put("intermediate_size", value));
    long heads = metadata.require("attention.head_count");
    config.put("num_attention_heads", heads);
    config.put("num_key_value_heads", metadata.number("attention.head_count_kv").orElse(heads));
    metadata
        .number("attention.key_length")
        .or(() -> metadata.number("rope.dimension_count"))
        .ifPresent(value -> config.put("head_dim", value));
    metadata
        .real("attention.layer_norm_rms_epsilon")
        .ifPresent(value -> config.put("rms_norm_eps", decimal(value)));
    config.put("rope_theta", metadata.real("rope.freq_base").map(Family::decimal).orElse(10000.0));
    config.put("max_position_embeddings", metadata.require("context_length"));
    metadata
        .text("rope.scaling.type")
        .filter(type -> !type.equals("none"))
        .ifPresent(type -> restoreScaling(metadata, type, config.putObject("rope_scaling")));
    boolean bias = tensors.containsKey("blk.0.attn_q.bias");
    config.put("attention_bias", bias);
    config.put("mlp_bias", tensors.containsKey("blk.0.ffn_up.bias"));
    config.put("hidden_act", "silu");
  }

  /** Files keep 32-bit floats; the shortest decimal of one is what the configuration said. */
  static double decimal(double value) {
    return Double.parseDouble(Float.toString((float) value));
  }

  private static void restoreScaling(FileMetadata metadata, String type, ObjectNode scaling) {
    scaling.put("rope_type", type);
    metadata.real("rope.scaling.factor").ifPresent(v -> scaling.put("factor", decimal(v)));
    metadata
        .number("rope.scaling.original_context_length")
        .ifPresent(v -> scaling.put("original_max_position_embeddings", v));
    metadata
        .real("rope.scaling.yarn_attn_factor")
        .ifPresent(v -> scaling.put("attention_factor", decimal(v)));
    metadata
        .real("rope.scaling.yarn_beta_fast")
        .ifPresent(v -> scaling.put("beta_fast", decimal(v)));
    metadata
        .real("rope.scaling.yarn_beta_slow")
        .ifPresent(v -> scaling.put("beta_slow", decimal(v)));
  }
}

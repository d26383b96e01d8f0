package io.ingot.gguf.convert;

import java.util.List;
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
  void prepare(ModelConfig config) {}

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
}

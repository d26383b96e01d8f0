package io.ingot.gguf.mix;

/** What a tensor does, as far as mixes care; told by parts of its name. */
enum TensorRole {
  OUTPUT,
  TOKEN_EMBEDDING,
  ATTENTION_QKV,
  ATTENTION_KV_B,
  ATTENTION_V,
  ATTENTION_K,
  ATTENTION_Q,
  ATTENTION_OUTPUT,
  FFN_UP,
  FFN_GATE,
  FFN_DOWN,
  OTHER;

  static TensorRole of(String name) {
    if (name.equals("output.weight")) {
      return OUTPUT;
    }
    if (name.equals("token_embd.weight") || name.equals("per_layer_token_embd.weight")) {
      return TOKEN_EMBEDDING;
    }
    if (name.contains("attn_qkv.weight")) {
      return ATTENTION_QKV;
    }
    if (name.contains("attn_kv_b.weight")) {
      return ATTENTION_KV_B;
    }
    if (name.contains("attn_v.weight")) {
      return ATTENTION_V;
    }
    if (name.contains("attn_k.weight")) {
      return ATTENTION_K;
    }
    if (name.contains("attn_q.weight")) {
      return ATTENTION_Q;
    }
    if (name.contains("attn_output.weight")) {
      return ATTENTION_OUTPUT;
    }
    if (name.contains("ffn_up")) {
      return FFN_UP;
    }
    if (name.contains("ffn_gate")) {
      return FFN_GATE;
    }
    return name.contains("ffn_down") ? FFN_DOWN : OTHER;
  }

  /** Values, alone or together with others: the most sensitive part of attention. */
  boolean isValue() {
    return this == ATTENTION_V || this == ATTENTION_QKV || this == ATTENTION_KV_B;
  }

  boolean isEmbedding() {
    return this == TOKEN_EMBEDDING || this == OUTPUT;
  }
}

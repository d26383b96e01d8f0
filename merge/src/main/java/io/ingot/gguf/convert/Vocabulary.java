package io.ingot.gguf.convert;

import io.ingot.gguf.GgufValue;
import java.util.List;

/**
 * Tokens of a model.
 *
 * @param model {@code llama} (SentencePiece) or {@code gpt2} (byte-level BPE)
 * @param pre name of the pre-tokenizer
 * @param scores as many as tokens, or none
 */
record Vocabulary(String model, String pre, List<String> tokens, float[] scores, int[] types) {
  void write(KeyValues out) {
    out.text("tokenizer.ggml.model", model);
    out.text("tokenizer.ggml.pre", pre);
    out.texts("tokenizer.ggml.tokens", tokens);
    if (scores.length > 0) {
      out.put("tokenizer.ggml.scores", GgufValue.f32s(scores));
    }
    if (types.length > 0) {
      out.put("tokenizer.ggml.token_type", GgufValue.i32s(types));
    }
  }
}

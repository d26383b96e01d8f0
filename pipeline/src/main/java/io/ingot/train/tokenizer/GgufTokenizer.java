package io.ingot.train.tokenizer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The {@code tokenizer.*} metadata of a GGUF file.
 *
 * @param model {@code gpt2} (byte-level BPE) or {@code llama} (SentencePiece)
 * @param pre name of the pre-tokenizer, e.g. {@code qwen2}; empty where the file has none
 * @param tokens text of each token; its index is its id
 * @param types llama.cpp's token types: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6
 *     byte
 * @param scores SentencePiece scores; empty for BPE
 * @param merges {@code left right} in order of rank; empty for SentencePiece
 * @param addBos whether a BOS is put in front; empty where the file does not say
 * @param addEos whether an EOS is appended; empty where the file does not say
 * @param addSpacePrefix whether text starts with an implied space; empty where the file does not
 *     say
 * @param specialIds role ({@code bos}, {@code eos}, {@code unknown}, {@code padding}...) to id
 */
public record GgufTokenizer(
    String model,
    Optional<String> pre,
    List<String> tokens,
    int[] types,
    float[] scores,
    List<String> merges,
    Optional<Boolean> addBos,
    Optional<Boolean> addEos,
    Optional<Boolean> addSpacePrefix,
    SequencedMap<String, Integer> specialIds,
    Optional<String> chatTemplate) {
  static final int NORMAL = 1;
  static final int UNKNOWN = 2;
  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;
  static final int UNUSED = 5;
  static final int BYTE = 6;

  /** Special tokens under the names of transformers, such as {@code eos_token}. */
  SequencedMap<String, String> specialTokens() {
    SequencedMap<String, String> named = new LinkedHashMap<>();
    specialIds.forEach(
        (role, id) -> {
          if (id >= 0 && id < tokens.size()) {
            named.put(name(role), tokens.get(id));
          }
        });
    return named;
  }

  private static String name(String role) {
    return switch (role) {
      case "unknown" -> "unk_token";
      case "padding" -> "pad_token";
      case "seperator", "separator" -> "sep_token";
      default -> role + "_token";
    };
  }
}

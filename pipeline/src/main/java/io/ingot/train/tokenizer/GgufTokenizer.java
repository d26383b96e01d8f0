package io.ingot.train.tokenizer;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgufValue;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private static final String PREFIX = "tokenizer.ggml.";
  static final int NORMAL = 1;
  static final int UNKNOWN = 2;
  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;
  static final int UNUSED = 5;
  static final int BYTE = 6;

  /**
   * Reads the metadata of a GGUF file.
   *
   * @param place what errors call the file
   * @throws IngotException when there is no tokenizer, or it contradicts itself
   */
  public static GgufTokenizer of(Map<String, GgufValue> metadata, String place) {
    List<String> tokens = require(metadata, PREFIX + "tokens", place).texts();
    GgufValue types = metadata.get(PREFIX + "token_type");
    GgufValue scores = metadata.get(PREFIX + "scores");
    GgufValue merges = metadata.get(PREFIX + "merges");
    int[] kinds = new int[tokens.size()];
    Arrays.fill(kinds, NORMAL);
    if (types != null) {
      kinds = types.integers();
      if (kinds.length != tokens.size()) {
        throw IngotException.invalid(
            place
                + ": "
                + PREFIX
                + "token_type has "
                + kinds.length
                + " elements for "
                + tokens.size()
                + " tokens");
      }
    }
    SequencedMap<String, Integer> ids = new LinkedHashMap<>();
    for (String role :
        List.of("bos", "eos", "eot", "eom", "unknown", "seperator", "padding", "cls", "mask")) {
      GgufValue id = metadata.get(PREFIX + role + "_token_id");
      if (id != null && id.integer() >= 0 && id.integer() < tokens.size()) {
        ids.put(role, (int) id.integer());
      }
    }
    return new GgufTokenizer(
        require(metadata, PREFIX + "model", place).text(),
        Optional.ofNullable(metadata.get(PREFIX + "pre")).map(GgufValue::text),
        tokens,
        kinds,
        scores == null ? new float[0] : scores.floats(),
        merges == null ? List.of() : merges.texts(),
        Optional.ofNullable(metadata.get(PREFIX + "add_bos_token")).map(GgufValue::flag),
        Optional.ofNullable(metadata.get(PREFIX + "add_eos_token")).map(GgufValue::flag),
        Optional.ofNullable(metadata.get(PREFIX + "add_space_prefix")).map(GgufValue::flag),
        ids,
        Optional.ofNullable(metadata.get("tokenizer.chat_template")).map(GgufValue::text));
  }

  private static GgufValue require(
      Map<String, GgufValue> metadata, String key, String place) {
    GgufValue value = metadata.get(key);
    if (value == null) {
      throw IngotException.invalid(place + " has no " + key + ", so it carries no tokenizer");
    }
    return value;
  }

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

package io.ingot.gguf;

import io.ingot.error.IngotException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * All that a GGUF file tells of its tokenizer; enough to build it again.
 *
 * @param model {@code llama} (SentencePiece with scores) or {@code gpt2} (byte-level BPE with
 *     merges)
 * @param pre name of the pre-tokenizer; {@code default} for SentencePiece
 * @param tokens by id
 * @param types by id: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte
 * @param scores by id; empty for BPE
 * @param merges two tokens with a space between them, most important first; empty for SentencePiece
 * @param ids of special tokens by kind: bos, eos, eot, eom, unk, sep, pad, mask
 * @param addBos whether a text begins with the bos token; empty where the file does not say
 * @param templates chat templates by name; the usual one is called {@code default}
 */
public record GgufTokenizer(
    String model,
    String pre,
    List<String> tokens,
    int[] types,
    float[] scores,
    List<String> merges,
    Map<String, Integer> ids,
    Optional<Boolean> addBos,
    Optional<Boolean> addEos,
    Optional<Boolean> addSpacePrefix,
    Map<String, String> templates) {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final Map<String, String> KINDS =
      Map.of(
          "bos", "bos",
          "eos", "eos",
          "eot", "eot",
          "eom", "eom",
          "unknown", "unk",
          "seperator", "sep",
          "padding", "pad",
          "mask", "mask");

  public GgufTokenizer {
    tokens = List.copyOf(tokens);
    merges = List.copyOf(merges);
    ids = Map.copyOf(ids);
    templates = Map.copyOf(templates);
  }

  /**
   * Reads and checks the tokenizer's metadata.
   *
   * @throws IngotException when it is missing or contradicts itself
   */
  public static GgufTokenizer of(Map<String, GgufValue> metadata) {
    List<String> tokens = require(metadata, PREFIX + "tokens").texts();
    int count = tokens.size();
    GgufValue types = metadata.get(PREFIX + "token_type");
    GgufValue scores = metadata.get(PREFIX + "scores");
    requireLength(PREFIX + "token_type", types, count);
    requireLength(PREFIX + "scores", scores, count);
    Map<String, Integer> ids = new LinkedHashMap<>();
    KINDS.forEach(
        (key, kind) -> {
          String name = PREFIX + key + "_token_id";
          GgufValue id = metadata.get(name);
          if (id != null) {
            if (id.integer() < 0 || id.integer() >= count) {
              throw IngotException.invalid(
                  name + " is " + id.integer() + ", but there are only " + count + " tokens");
            }
            ids.put(kind, (int) id.integer());
          }
        });
    GgufValue merges = metadata.get(PREFIX + "merges");
    return new GgufTokenizer(
        require(metadata, PREFIX + "model").text(),
        Optional.ofNullable(metadata.get(PREFIX + "pre")).map(GgufValue::text).orElse("default"),
        tokens,
        types == null ? normal(count) : types.integers(),
        scores == null ? new float[0] : scores.floats(),
        merges == null ? List.of() : merges.texts(),
        ids,
        flag(metadata, PREFIX + "add_bos_token"),
        flag(metadata, PREFIX + "add_eos_token"),
        flag(metadata, PREFIX + "add_space_prefix"),
        templates(metadata));
  }

  /** The id of a special token. */
  public OptionalInt id(String kind) {
    Integer id = ids.get(kind);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The chat template that is used when none is named. */
  public Optional<String> chatTemplate() {
    return Optional.ofNullable(templates.get("default"));
  }

  private static int[] normal(int count) {
    int[] types = new int[count];
    java.util.Arrays.fill(types, 1);
    return types;
  }

  private static GgufValue require(Map<String, GgufValue> metadata, String key) {
    GgufValue value = metadata.get(key);
    if (value == null) {
      throw IngotException.invalid("the file has no " + key + ", so it carries no tokenizer");
    }
    return value;
  }

  private static void requireLength(String key, @Nullable GgufValue value, int count) {
    if (value == null) {
      return;
    }
    boolean types = key.endsWith("token_type");
    if (!value.isArrayOf(types ? GgufValueType.I32 : GgufValueType.F32)) {
      throw IngotException.invalid(
          key + " is of type " + value.label() + ", not " + (types ? "arr[i32]" : "arr[f32]"));
    }
    if (value.count() != count) {
      throw IngotException.invalid(
          key + " has " + value.count() + " elements for " + count + " tokens");
    }
  }

  private static Optional<Boolean> flag(Map<String, GgufValue> metadata, String key) {
    return Optional.ofNullable(metadata.get(key)).map(GgufValue::flag);
  }

  private static Map<String, String> templates(Map<String, GgufValue> metadata) {
    String key = "tokenizer.chat_template";
    Map<String, String> templates = new LinkedHashMap<>();
    metadata.forEach(
        (name, value) -> {
          if (name.equals(key)) {
            templates.put("default", value.text());
          } else if (name.startsWith(key + ".")) {
            templates.put(name.substring(key.length() + 1), value.text());
          }
        });
    return templates;
  }
}

package io.ingot.train.tokenizer;

import io.ingot.error.IngotException;
import java.util.List;

/**
 * How byte-level BPE text is cut into words before merging, by the names of llama.cpp ({@code
 * tokenizer.ggml.pre}).
 *
 * @param patterns applied one after the other; each match is a piece of its own
 * @param ignoreMerges whether a word that is a token stays whole, whatever the merges say
 * @param addBos whether a BOS is put in front unless the file says otherwise
 */
record PreTokenizer(List<String> patterns, boolean ignoreMerges, boolean addBos) {
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  private static final String LLAMA3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
          + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String QWEN2 = LLAMA3.replace("\\p{N}{1,3}", "\\p{N}");
  private static final String QWEN35 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}|"
          + " ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String TEKKEN =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|"
          + "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|"
          + "\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String GPT4O =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
          + "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
          + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
          + "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String DEEPSEEK_V3 =
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|"
          + "[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|"
          + "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /**
   * The pre-tokenizer of a name; {@code default} is the one that llama.cpp falls back to.
   *
   * @throws IngotException naming the known ones
   */
  static PreTokenizer of(String name) {
    return switch (name) {
      case "default" -> plain("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");
      case "gpt-2", "gpt2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling" ->
          plain(GPT2);
      case "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b" ->
          plain("\\p{N}", GPT2);
      case "falcon" -> plain("[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]");
      case "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "lfm2" ->
          new PreTokenizer(List.of(LLAMA3), true, true);
      case "dbrx", "smaug-bpe", "glm4", "chatglm-bpe" -> plain(LLAMA3);
      case "qwen2", "deepseek-r1-qwen", "stablelm2", "megrez", "hunyuan" -> plain(QWEN2);
      case "qwen35" -> plain(QWEN35);
      case "tekken" -> new PreTokenizer(List.of(TEKKEN), true, true);
      case "gpt-4o", "llama4" -> plain(GPT4O);
      case "deepseek-llm" ->
          plain(
              "[\\r\\n]",
              "\\s?\\p{L}+",
              "\\s?\\p{P}+",
              "\\s+$",
              "[\\u4e00-\\u9fa5\\u0800-\\u4e00\\uac00-\\ud7ff]+",
              "\\p{N}");
      case "deepseek-v3", "hunyuan-dense", "joyai-llm" ->
          plain("\\p{N}{1,3}", "[\\u4e00-\\u9fa5\\u3040-\\u309f\\u30a0-\\u30ff]+", DEEPSEEK_V3);
      default ->
          throw IngotException.invalid(
              "the GGUF file's pre-tokenizer '"
                  + name
                  + "' (tokenizer.ggml.pre) is not known; known: gpt-2, starcoder, falcon,"
                  + " llama-bpe, dbrx, smaug-bpe, qwen2, qwen35, tekken, gpt-4o, deepseek-llm,"
                  + " deepseek-v3 and their like");
    };
  }

  private static PreTokenizer plain(String... patterns) {
    return new PreTokenizer(List.of(patterns), false, false);
  }
}

package io.ingot.gguf.convert;

/** Types of tokens; the numbers of {@code tokenizer.ggml.token_type}. */
enum TokenType {
  NORMAL,
  UNKNOWN,
  CONTROL,
  USER_DEFINED,
  UNUSED,
  BYTE;

  int number() {
    return ordinal() + 1;
  }

  /** Tokens that are meant to be special whatever their flag says. */
  static boolean looksSpecial(String text) {
    return switch (text) {
      case "<pad>", "<mask>", "<2mass>", "[@BOS@]" -> true;
      default ->
          text.startsWith("<|") && text.endsWith("|>")
              || text.startsWith("<｜") && text.endsWith("｜>")
              || text.startsWith("<unused") && text.endsWith(">");
    };
  }
}

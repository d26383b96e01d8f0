package io.ingot.gguf;

/** The one thing that a conversion needs of a tokenizer: ids of a text, special tokens added. */
@FunctionalInterface
public interface TokenEncoder {
  int[] encode(String text);
}

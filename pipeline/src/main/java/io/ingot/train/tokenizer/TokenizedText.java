package io.ingot.train.tokenizer;

/**
 * An encoded text.
 *
 * @param ids token ids
 * @param starts index into the text (UTF-16 units, as {@link String#charAt}) of each token's first
 *     character; 0 for a token that the post-processor added
 * @param ends index behind each token's last character; equal to the start for a token that stands
 *     for no text. Tokens that are parts of one character share its whole span
 */
public record TokenizedText(int[] ids, int[] starts, int[] ends) {
  /** Number of tokens. */
  public int length() {
    return ids.length;
  }
}

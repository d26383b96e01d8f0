package io.ingot.train.tokenizer;

/**
 * A token that is found in the text before the model splits it ({@code added_tokens} of
 * tokenizer.json).
 *
 * @param special whether it is control text that decoding may leave out
 */
public record AddedToken(int id, String content, boolean special) {}

package io.ingot.train.evaluate;

/**
 * A prompt whose answer is known.
 *
 * @param place file and line it comes from
 * @param promptIds tokens up to where the answer begins
 * @param answer the expected text, without the token that ends it
 * @param answerTokens length of the expected text in tokens
 */
public record Question(String place, int[] promptIds, String answer, int answerTokens) {}

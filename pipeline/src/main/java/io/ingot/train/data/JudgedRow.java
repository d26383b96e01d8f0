package io.ingot.train.data;

/**
 * A prompt with one answer that was judged.
 *
 * @param desirable whether the answer is wanted
 */
public record JudgedRow(int[] promptIds, int[] completionIds, boolean desirable) {}

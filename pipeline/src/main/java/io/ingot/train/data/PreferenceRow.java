package io.ingot.train.data;

/** A prompt with a better and a worse answer, as tokens. */
public record PreferenceRow(int[] promptIds, int[] chosenIds, int[] rejectedIds) {}

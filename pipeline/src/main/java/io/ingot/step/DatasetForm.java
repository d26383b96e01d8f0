package io.ingot.step;

/**
 * How the rows of a dataset are to be read; its bytes are an input of the step.
 *
 * @param format {@code messages sharegpt alpaca prompt-completion text preference kto tokens}
 */
public record DatasetForm(String format) {}

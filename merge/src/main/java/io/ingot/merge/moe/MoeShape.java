package io.ingot.merge.moe;

/**
 * The numbers of a mixture.
 *
 * @param perToken experts that a token goes to
 * @param expertWidth inner size of an expert
 * @param sharedWidth inner size of the shared expert; 0: there is none
 */
record MoeShape(
    int layers, int hidden, int experts, int perToken, int expertWidth, int sharedWidth) {}

package io.ingot.merge.moe;

import java.util.List;

/**
 * What has been written.
 *
 * @param activeParameters those that a token meets
 * @param files the safetensors files
 * @param leftOut tensors of the base that the family has no place for
 */
public record MoeSummary(
    String architecture,
    int experts,
    int tensors,
    long parameters,
    long activeParameters,
    long bytes,
    List<String> files,
    List<String> leftOut,
    List<String> warnings,
    double seconds) {}

package io.ingot.merge;

import java.util.List;

/**
 * What a merge has written.
 *
 * @param files the safetensors files
 * @param leftovers tensors of the donor that the architecture does not list
 */
public record MergeSummary(
    int tensors,
    long parameters,
    long bytes,
    List<String> files,
    List<String> leftovers,
    List<String> warnings,
    double seconds) {}

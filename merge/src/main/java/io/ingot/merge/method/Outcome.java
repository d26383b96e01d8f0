package io.ingot.merge.method;

import io.ingot.tensor.DType;
import java.util.List;

/** Dtype (before {@code out_dtype}) and shape of a merged tensor. */
public record Outcome(DType dtype, List<Long> shape) {}

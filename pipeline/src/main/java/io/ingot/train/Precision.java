package io.ingot.train;

/** Element type of weights and arithmetic of the base model; adapters are always fp32. */
public enum Precision {
  FP32,
  BF16
}

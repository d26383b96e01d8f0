package io.ingot.merge;

/** Which tensors are merged when models do not have the same ones. */
public enum TensorNames {
  /** None: it is a mistake. */
  SAME,
  /** Those that all models have. */
  INTERSECTION,
  /** Those that any model has, of the models that have them. */
  UNION
}

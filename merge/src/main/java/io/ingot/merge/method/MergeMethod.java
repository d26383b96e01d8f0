package io.ingot.merge.method;

import java.util.List;
import java.util.Optional;

/**
 * A way to make one tensor of several. Instances are stateless and thread-safe. To add one: a class
 * with its formula, a line in META-INF/services, a golden case.
 */
public interface MergeMethod {
  /** What a method does with the base model. */
  enum BaseRole {
    /** It is one more input. */
    INPUT,
    /** It may be given, and plays a part of its own. */
    OPTIONAL,
    /** It must be given. */
    REQUIRED
  }

  /** The name in recipes. */
  String name();

  /** How people call it. */
  String title();

  /** Where it was published. */
  Optional<String> source();

  List<Parameter> parameters();

  BaseRole baseRole();

  /**
   * Checks the inputs of one tensor and says what will be written; reads no data.
   *
   * @return empty when the tensor is left out (a warning was given)
   * @throws io.ingot.error.IngotException when these inputs cannot be merged
   */
  Optional<Outcome> plan(TensorMerge tensor);

  /** Makes the tensor and writes all of {@link TensorMerge#output}. */
  void merge(TensorMerge tensor);

  /** Random numbers that {@link #merge} takes from the sequence, in order of tensors. */
  default long draws(TensorMerge tensor) {
    return 0;
  }

  /** Bytes per element that {@link #merge} holds beside its blocks. */
  default double scratchBytes(TensorMerge tensor) {
    return 0;
  }
}

package io.ingot.merge.method;

import java.util.List;
import java.util.Optional;

/**
 * A way to make one tensor of several. Instances are stateless and thread-safe. To add one: a class
 * that is {@link Described}, a line in META-INF/services, a golden case.
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
  default String title() {
    return description().title();
  }

  /** Where it was published. */
  default Optional<String> source() {
    return Optional.of(description().paper()).filter(p -> !p.isEmpty());
  }

  /** What it computes. */
  default String formula() {
    return description().formula().strip();
  }

  /** A recipe that uses it. */
  default String example() {
    return description().example();
  }

  private Described description() {
    Described described = getClass().getAnnotation(Described.class);
    if (described == null) {
      throw new IllegalStateException(getClass() + " has no @Described");
    }
    return described;
  }

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

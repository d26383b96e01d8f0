package io.ingot.job.planner;

import io.ingot.job.StepKind;
import java.util.EnumSet;
import java.util.Set;

/**
 * A name that a step uses.
 *
 * @param path of the value in the job file
 * @param wants what it may name
 */
record Reference(String name, String path, Wants wants) {
  /** What a reference may lead to. */
  enum Wants {
    /** Weights to compute with: a model, or a step that makes one. */
    MODEL(
        "a model, or a finetune or merge step",
        true,
        EnumSet.of(StepKind.FINETUNE, StepKind.MERGE)),
    /** Anything that can be measured. */
    MEASURED(
        "a model, or a finetune, merge or quantize step",
        true,
        EnumSet.of(StepKind.FINETUNE, StepKind.MERGE, StepKind.QUANTIZE)),
    /** Anything that can be published. */
    ARTIFACT(
        "a finetune, merge or quantize step",
        false,
        EnumSet.of(StepKind.FINETUNE, StepKind.MERGE, StepKind.QUANTIZE)),
    /** An adapter to continue from, unless it is a folder. */
    ADAPTER("a finetune step", false, EnumSet.of(StepKind.FINETUNE)),
    /** Rows. */
    DATASET("a dataset", false, EnumSet.noneOf(StepKind.class));

    private final String description;
    private final boolean models;
    private final Set<StepKind> kinds;

    Wants(String description, boolean models, Set<StepKind> kinds) {
      this.description = description;
      this.models = models;
      this.kinds = kinds;
    }

    String description() {
      return description;
    }

    boolean models() {
      return models;
    }

    Set<StepKind> kinds() {
      return kinds;
    }
  }
}

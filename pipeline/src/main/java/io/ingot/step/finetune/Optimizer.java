package io.ingot.step.finetune;

import io.ingot.step.Default;
import io.ingot.step.Doc;
import io.ingot.step.Exclusive;
import io.ingot.step.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a step is made from the gradient; schedule names are those of transformers. */
@Exclusive({"warmup_ratio", "warmup_steps"})
public record Optimizer(
    @Doc("The algorithm.") @Default("adamw") Name name,
    @Doc("Greatest learning rate.") @Default("2e-4") @Range(min = 0) double learningRate,
    @Doc("Decay of the two moments.") @Default("[0.9, 0.999]") @Range(min = 0, below = 1)
        List<Double> betas,
    @Doc("Added to the root of the second moment.") @Default("1e-8") @Range(above = 0) double eps,
    @Doc("Decoupled weight decay.") @Default("0.0") @Range(min = 0) double weightDecay,
    @Doc("Norm that gradients are cut down to; null: no clipping.")
        @Default("1.0")
        @Range(above = 0)
        @Nullable Double maxGradNorm,
    @Doc("Course of the learning rate.") @Default("cosine") Schedule schedule,
    @Doc("Share of the steps that the learning rate rises.")
        @Default("0.03")
        @Range(min = 0, max = 1)
        @Nullable Double warmupRatio,
    @Doc("Steps that the learning rate rises.") @Range(min = 0) @Nullable Integer warmupSteps,
    @Doc("Learning rate of the B factors over that of the A factors (LoRA+).") @Range(above = 0)
        @Nullable Double loraplusLrRatio) {

  /** Algorithms. */
  public enum Name {
    ADAMW
  }

  /** Courses of the learning rate after the warm-up. */
  public enum Schedule {
    LINEAR,
    COSINE,
    COSINE_WITH_RESTARTS,
    COSINE_WITH_MIN_LR,
    POLYNOMIAL,
    CONSTANT,
    CONSTANT_WITH_WARMUP,
    INVERSE_SQRT,
    WARMUP_STABLE_DECAY
  }
}

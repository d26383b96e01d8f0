package io.ingot.step.finetune;

import io.ingot.step.Default;
import io.ingot.step.Doc;
import io.ingot.step.Exclusive;
import io.ingot.step.Range;
import org.jspecify.annotations.Nullable;

/**
 * Batches, lengths and how long.
 *
 * @param epochs null where {@code maxSteps} is given, and the other way round
 * @param lossOn never null at the step: the planner writes the default of the dataset's format
 */
@Exclusive({"epochs", "max_steps"})
public record Train(
    @Doc("Passes over the dataset; fractions are allowed.") @Default("3") @Range(above = 0)
        @Nullable Double epochs,
    @Doc("Optimizer steps, in place of epochs.") @Range(min = 1) @Nullable Integer maxSteps,
    @Doc("Rows of a micro-batch.") @Default("8") @Range(min = 1) int batchSize,
    @Doc("Micro-batches of an optimizer step.") @Default("1") @Range(min = 1)
        int gradientAccumulation,
    @Doc("Longest row in tokens.") @Default("1024") @Range(min = 2) int maxLength,
    @Doc("What happens to longer rows.") @Default("drop") TooLong tooLong,
    @Doc("Put several rows into one, without one seeing the other.") @Default("false")
        boolean packing,
    @Doc("Draw the rows in random order, anew in every epoch.") @Default("true") boolean shuffle,
    @Doc(
            "Tokens that are trained; default: assistant for chats, completion for prompt-completion, all for text.")
        @Nullable LossOn lossOn,
    @Doc(
            "Element type of the base and its arithmetic; auto: fp32 on CPU, bf16 on a GPU that has it.")
        @Default("auto")
        TrainPrecision precision,
    @Doc("auto, cpu, cuda or cuda:N.") @Default("auto") String device,
    @Doc("Seed of order, start and dropout.") @Default("42") @Range(min = 0) long seed,
    @Doc("Optimizer steps between checkpoints; default: by time.") @Range(min = 1)
        @Nullable Integer checkpointEvery,
    @Doc("Optimizer steps between measurements on the validation dataset; default: at the end.")
        @Range(min = 1)
        @Nullable Integer evaluateEvery) {

  /** What happens to rows longer than the limit. */
  public enum TooLong {
    @Doc("They are left out and counted.")
    DROP,
    @Doc("Their end is cut off.")
    TRUNCATE,
    @Doc("The step fails and names them.")
    FAIL
  }

  /** Tokens that are trained. */
  public enum LossOn {
    ASSISTANT,
    COMPLETION,
    ALL
  }

  /** Element types. */
  public enum TrainPrecision {
    AUTO,
    FP32,
    BF16
  }
}

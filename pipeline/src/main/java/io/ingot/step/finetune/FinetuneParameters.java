package io.ingot.step.finetune;

import io.ingot.step.DatasetForm;
import io.ingot.step.Default;
import io.ingot.step.Doc;
import io.ingot.step.Planned;
import org.jspecify.annotations.Nullable;

/**
 * How to train. What is trained on what ({@code model}, {@code dataset}, {@code validation}, {@code
 * init_adapter}) are inputs of the step.
 *
 * @param lora null for {@code method: full}. With an initial adapter only the keys that the user
 *     wrote are there, all others are null: the adapter's own configuration holds
 * @param clock ISO instant that chat templates take for now; null where none asks
 */
public record FinetuneParameters(
    @Doc("What is trained: a LoRA adapter, one over a 4-bit base, or all weights.") @Default("lora")
        Method method,
    @Doc("What the loss is.") Objective objective,
    @Doc("The adapter.") @Nullable Lora lora,
    @Doc("Batches, lengths and how long.") Train train,
    @Doc("How a step is made from the gradient.") Optimizer optimizer,
    @Planned DatasetForm dataset,
    @Planned @Nullable DatasetForm validation,
    @Planned @Nullable String clock) {

  /** What is trained. */
  public enum Method {
    @Doc("A low-rank adapter beside the frozen weights.")
    LORA,
    @Doc("An adapter over a base held in 4 bits.")
    QLORA,
    @Doc("All weights; the artifact is a model folder.")
    FULL
  }
}

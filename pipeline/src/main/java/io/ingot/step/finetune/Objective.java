package io.ingot.step.finetune;

import io.ingot.step.Default;
import io.ingot.step.Doc;
import io.ingot.step.Range;
import org.jspecify.annotations.Nullable;

/** The loss and its constants; names and meanings are TRL's. */
public record Objective(
    @Doc("Supervised tuning, continued pretraining, or learning from preferences.") @Default("sft")
        Name name,
    @Doc("Variant of the loss, e.g. sigmoid, hinge, ipo for dpo.") @Nullable String loss,
    @Doc("Strength of the pull towards the reference model.") @Range(above = 0)
        @Nullable Double beta,
    @Doc("Share of preference labels taken to be wrong.") @Range(min = 0, below = 0.5)
        @Nullable Double labelSmoothing,
    @Doc("Target margin of simpo.") @Nullable Double gamma,
    @Doc("Weight of good answers in kto.") @Range(min = 0) @Nullable Double desirableWeight,
    @Doc("Weight of bad answers in kto.") @Range(min = 0) @Nullable Double undesirableWeight,
    @Doc("Weight of an added sft loss on the chosen answers.") @Range(min = 0)
        @Nullable Double sftWeight,
    @Doc(
            "What preferences are measured against: the base, or the adapter that training began with.")
        @Nullable Reference reference) {

  /** What is learnt. */
  public enum Name {
    SFT,
    PRETRAIN,
    DPO,
    ORPO,
    KTO,
    SIMPO,
    REWARD
  }

  /** The model that stands still. */
  public enum Reference {
    BASE,
    START_ADAPTER
  }
}

package io.ingot.step.finetune;

import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the grammar of finetune accepts and the trainer cannot do yet. */
final class FinetuneLimits {
  private FinetuneLimits() {}

  /** Key path below finetune, and how to go on. */
  static SortedMap<String, String> of(FinetuneParameters p) {
    SortedMap<String, String> limits = new TreeMap<>();
    switch (p.method()) {
      case LORA -> {}
      case QLORA ->
          limits.put("method", "qlora is not available yet; use lora with train.precision: bf16");
      case FULL -> limits.put("method", "full is not available yet; use lora with a high rank");
    }
    Objective.Name objective = p.objective().name();
    if (objective != Objective.Name.SFT && objective != Objective.Name.PRETRAIN) {
      limits.put(
          "objective.name",
          objective.name().toLowerCase(Locale.ROOT) + " is not available yet; use sft");
    }
    Lora lora = p.lora();
    if (lora != null) {
      if (lora.modulesToSave() != null && !lora.modulesToSave().isEmpty()) {
        limits.put(
            "lora.modules_to_save", "is not available yet; list linear modules in lora.targets");
      }
      if (lora.init() != null && TrainingSetup.start(lora.init()) == null) {
        limits.put(
            "lora.init",
            lora.init().asText() + " is not available yet; known: true, false, gaussian");
      }
    }
    return limits;
  }
}

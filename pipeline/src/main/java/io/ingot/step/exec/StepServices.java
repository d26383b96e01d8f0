package io.ingot.step.exec;

import io.ingot.hub.Hub;
import io.ingot.step.Approval;
import io.ingot.step.EffectJournal;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What steps in the engine's own process may use beside files. */
record StepServices(
    Supplier<Hub> hub,
    Function<String, Optional<Approval>> approvals,
    Supplier<EffectJournal> effects) {

  /** For a step in a process of its own. */
  static final StepServices NONE =
      new StepServices(
          () -> {
            throw new IllegalStateException("an isolated step has no hub");
          },
          subject -> {
            throw new IllegalStateException("an isolated step sees no approvals");
          },
          () -> {
            throw new IllegalStateException("an isolated step has no effects");
          });
}

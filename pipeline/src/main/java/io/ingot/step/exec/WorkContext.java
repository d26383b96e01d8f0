package io.ingot.step.exec;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.hub.Hub;
import io.ingot.progress.Progress;
import io.ingot.step.Approval;
import io.ingot.step.EffectJournal;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SequencedMap;

/** The world of a step: its order, and the services of the process that it runs in. */
record WorkContext(
    WorkOrder order, Progress progress, Interruption interruption, StepServices services)
    implements StepContext {
  @Override
  public String step() {
    return order.step();
  }

  @Override
  public JsonNode parameters() {
    return order.parameters();
  }

  @Override
  public SequencedMap<String, StepInput> inputs() {
    return Collections.unmodifiableSequencedMap(order.inputs());
  }

  @Override
  public Path output() {
    return order.output();
  }

  @Override
  public Path scratch() {
    return order.scratch();
  }

  @Override
  public Optional<Path> memory() {
    return Optional.of(order.memory());
  }

  @Override
  public void checkCancelled() throws InterruptedException {
    interruption.check();
  }

  @Override
  public Hub hub() {
    return services.hub().get();
  }

  @Override
  public Optional<Approval> approval(String subjectDigest) {
    return services.approvals().apply(subjectDigest);
  }

  @Override
  public EffectJournal effects() {
    return services.effects().get();
  }
}

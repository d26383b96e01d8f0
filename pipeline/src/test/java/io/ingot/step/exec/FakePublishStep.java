package io.ingot.step.exec;

import io.ingot.step.EffectJournal.Effect;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.step.StepOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Publishes by appending a line to the file {@code remote}, and keeps the protocol of effects. */
public final class FakePublishStep implements Step {
  @Override
  public String kind() {
    return "fake-publish";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public boolean pure() {
    return false;
  }

  @Override
  public StepOutcome run(StepContext context) throws IOException, InterruptedException {
    Path remote = Path.of(context.parameters().path("remote").asText());
    StepInput subject = context.inputs().firstEntry().getValue();
    String line = subject.digest() + "\n";
    Optional<Effect> known = context.effects().find(line);
    boolean there =
        known.isPresent() && Files.exists(remote) && Files.readString(remote).contains(line);
    pause(context);
    if (!there) {
      context.effects().started(line, remote.toString());
      pause(context);
      Files.writeString(remote, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      pause(context);
    }
    context.effects().done(line, "published");
    Files.writeString(context.output().resolve("publication.json"), "{\"to\":\"" + remote + "\"}");
    pause(context);
    return new StepOutcome.Done("published", there);
  }

  private static void pause(StepContext context) throws InterruptedException {
    context.progress().advance(1);
    Thread.sleep(50);
  }
}

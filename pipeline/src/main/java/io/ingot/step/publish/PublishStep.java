package io.ingot.step.publish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.step.Parameters;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.step.StepOutcome;
import io.ingot.step.review.ReviewStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Publishes exactly what was reviewed, and never twice: the intention is recorded first, and every
 * attempt asks the target before it writes.
 */
public final class PublishStep implements Step {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String kind() {
    return "publish";
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
    PublishParameters parameters = Parameters.decode(context.parameters(), PublishParameters.class);
    approved(context.inputs());
    Publishable publishable = Publishable.of(context);
    String subject = EffectKey.subject(context.inputs());
    String hub = parameters.to().hub();
    String path = parameters.to().path();
    Target target =
        hub != null
            ? new HubTarget(context, hub, parameters, subject)
            : new FolderTarget(Path.of(java.util.Objects.requireNonNull(path)), subject);
    String key = EffectKey.effect(target.name(), parameters.revision(), subject);
    boolean begun = context.effects().find(key).isPresent();
    Publication publication = target.find(publishable);
    if (publication == null) {
      if (!begun) {
        context.effects().started(key, target.name());
      }
      publication = target.publish(publishable);
    }
    context.effects().done(key, publication.receipt());
    target.verify(publishable, publication);
    publication.write(context.output(), parameters, subject, publishable.card());
    String note = target.describe(publication) + (publication.reused() ? ", was there" : "");
    return new StepOutcome.Done(note, publication.reused());
  }

  /** The approval must be about these very inputs. */
  private static void approved(Map<String, StepInput> inputs) throws IOException {
    StepInput review = inputs.get("review");
    if (review == null) {
      return;
    }
    Path file = review.path().resolve(ReviewStep.FILE);
    if (!Files.isRegularFile(file)) {
      throw IngotException.blocked("the review left no approval");
    }
    JsonNode reviewed = JSON.readTree(Files.readString(file)).path("inputs");
    for (Map.Entry<String, StepInput> input : inputs.entrySet()) {
      String role = input.getKey();
      if ((role.equals("card") || role.startsWith("artifact:"))
          && !reviewed.path(role).asText().equals(input.getValue().digest())) {
        throw IngotException.blocked(
            role + " is not what was approved; it needs a review of its own");
      }
    }
  }
}

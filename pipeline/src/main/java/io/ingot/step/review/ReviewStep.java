package io.ingot.step.review;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.card.CardFolder;
import io.ingot.step.Approval;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/** Ends in review until somebody approves; then records who, when and about what. */
public final class ReviewStep implements Step {
  /** The record of the decision in the step's output. */
  public static final String FILE = "approval.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String kind() {
    return "review";
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
  public StepOutcome run(StepContext context) throws IOException {
    CardFolder card = CardFolder.read(context.input("card").path());
    ReviewSubject subject = ReviewSubject.of(context.inputs());
    Optional<Approval> approval = context.approval(subject.digest());
    if (approval.isEmpty()) {
      return new StepOutcome.NeedsReview(
          subject.digest(),
          "%s, %d files, license %s".formatted(card.title(), card.files().size(), card.license()));
    }
    Approval given = approval.get();
    ObjectNode record = JsonNodeFactory.instance.objectNode();
    record.put("subject", subject.digest());
    ObjectNode inputs = record.putObject("inputs");
    subject.inputs().forEach(inputs::put);
    record.put("by", given.by());
    record.put("at", given.at().toString());
    record.put("comment", given.comment());
    Files.writeString(
        context.output().resolve(FILE),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(record) + "\n");
    return StepOutcome.done("approved by " + given.by());
  }
}

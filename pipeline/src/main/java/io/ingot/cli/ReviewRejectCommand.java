package io.ingot.cli;

import io.ingot.run.ReviewRecord;
import io.ingot.run.RunTables;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code review reject REVIEW}. */
@Command(
    name = "reject",
    description = "Rejects; the step fails with the reason. Exit code 5: it is decided already.")
final class ReviewRejectCommand extends IngotCommand {
  @Parameters(index = "0", paramLabel = "REVIEW", description = "Id of the review, or of its run.")
  String id = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "BY", description = "Who rejects.")
  @Nullable String name;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      description = "Who rejects (default: the user of this system).")
  @Nullable String by;

  @Option(
      names = {"--comment", "--reason"},
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Why.")
  String reason = "";

  @Override
  public Integer call() {
    String who = ReviewCommand.who(name, by);
    try (RunTables tables = ReviewCommand.tables(this, id)) {
      ReviewRecord review = tables.reviews().reject(id, who, reason);
      if (json()) {
        console().result(ReviewCommand.json(review));
      } else {
        console().result("rejected by " + who + ": " + review.title());
      }
    }
    return 0;
  }
}

package io.ingot.cli;

import io.ingot.run.ReviewRecord;
import io.ingot.run.RunTables;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code review approve REVIEW}. */
@Command(
    name = "approve",
    description =
        "Approves exactly what 'review show' shows; a changed byte needs a new review. Exit code 5:"
            + " it is decided already.")
final class ReviewApproveCommand extends IngotCommand {
  @Parameters(index = "0", paramLabel = "REVIEW", description = "Id of the review, or of its run.")
  String id = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "BY", description = "Who approves.")
  @Nullable String name;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      description = "Who approves (default: the user of this system).")
  @Nullable String by;

  @Option(names = "--comment", paramLabel = "TEXT", defaultValue = "", description = "Why.")
  String comment = "";

  @Override
  public Integer call() {
    String who = ReviewCommand.who(name, by);
    try (RunTables tables = ReviewCommand.tables(this, id)) {
      ReviewRecord review = tables.reviews().approve(id, who, comment);
      if (json()) {
        console().result(ReviewCommand.json(review));
      } else {
        console().result("approved by " + who + ": " + review.title());
        console().note("It goes on with: ingot run --resume " + review.run());
      }
    }
    return 0;
  }
}

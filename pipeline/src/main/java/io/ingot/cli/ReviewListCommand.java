package io.ingot.cli;

import io.ingot.run.ReviewRecord;
import io.ingot.run.RunTables;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code review list}. */
@Command(name = "list", description = "Lists reviews that wait for a decision, the newest first.")
final class ReviewListCommand extends IngotCommand {
  @Option(names = "--all", description = "Also those that are decided.")
  boolean all;

  @Override
  public Integer call() {
    List<ReviewRecord> reviews = List.of();
    if (Files.isDirectory(home().database())) {
      try (RunTables tables = RunTables.inFolder(home().database())) {
        reviews = tables.reviews().list(!all);
      }
    }
    if (json()) {
      console().result(Map.of("reviews", reviews.stream().map(ReviewCommand::json).toList()));
      return 0;
    }
    TextTable table = new TextTable("REVIEW", "RUN", "STEP", "STATE", "CREATED", "SUBJECT");
    for (ReviewRecord review : reviews) {
      table.row(
          review.id(),
          review.run(),
          review.step(),
          ReviewCommand.state(review),
          Times.minute(review.createdAt()),
          review.title());
    }
    table.lines().forEach(console()::result);
    return 0;
  }
}

package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.run.ReviewRecord;
import io.ingot.run.RunTables;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code review ...}. */
@Command(
    name = "review",
    description = "Decide about what is to be published: list, show, approve, reject.",
    subcommands = {
      ReviewListCommand.class,
      ReviewShowCommand.class,
      ReviewApproveCommand.class,
      ReviewRejectCommand.class
    })
final class ReviewCommand extends IngotCommand {
  @Override
  public Integer call() {
    throw IngotException.usage("say what to do with reviews: list, show, approve or reject");
  }

  /** The tables of a home that has been used; a running engine shares them. */
  static RunTables tables(IngotCommand command, String review) {
    if (!Files.isDirectory(command.home().database())) {
      throw IngotException.notFound(
          "there is no review " + review + ": nothing was run in " + command.home().path());
    }
    return RunTables.inFolder(command.home().database());
  }

  static Map<String, Object> json(ReviewRecord review) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", review.id());
    row.put("run", review.run());
    row.put("step", review.step());
    row.put("subject", review.subjectDigest());
    row.put("title", review.title());
    row.put("state", state(review));
    row.put("created", review.createdAt().toString());
    row.put("by", review.decidedBy());
    row.put("at", review.decidedAt() == null ? null : review.decidedAt().toString());
    row.put("comment", review.remark());
    return row;
  }

  static String state(ReviewRecord review) {
    return review.state().name().toLowerCase(Locale.ROOT);
  }

  /** Who decides: as said, else the user of the system. */
  static String who(@Nullable String argument, @Nullable String option) {
    if (argument != null && option != null && !argument.equals(option)) {
      throw IngotException.usage("two names are given: '" + argument + "' and '" + option + "'");
    }
    String name = argument != null ? argument : option;
    String by = name != null ? name : System.getProperty("user.name", "");
    if (by.isBlank() || by.equals("?")) {
      throw IngotException.usage("say who decides: --by NAME");
    }
    return by.strip();
  }
}

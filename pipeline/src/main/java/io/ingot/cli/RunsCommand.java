package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.run.RunTables;
import java.nio.file.Files;
import picocli.CommandLine.Command;

/** {@code runs ...}. */
@Command(
    name = "runs",
    description = "What was run: list, show, logs, cancel, gc.",
    subcommands = {
      RunsListCommand.class,
      RunsShowCommand.class,
      RunsLogsCommand.class,
      RunsCancelCommand.class,
      RunsGcCommand.class
    })
final class RunsCommand extends IngotCommand {
  @Override
  public Integer call() {
    throw IngotException.usage("say what to do with runs: list, show, logs, cancel or gc");
  }

  /** The tables of a home that has been used; a running engine shares them. */
  static RunTables tables(IngotCommand command) {
    if (!Files.isDirectory(command.home().database())) {
      throw IngotException.notFound(
          "nothing was run in " + command.home().path() + " yet; 'ingot run JOB' runs a job");
    }
    return RunTables.inFolder(command.home().database());
  }
}

package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.run.EngineLock;
import io.ingot.run.RunRecord;
import io.ingot.run.RunTables;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runs cancel RUN}. */
@Command(
    name = "cancel",
    description = "End a run for good. What it has finished stays in the cache.")
final class RunsCancelCommand extends IngotCommand {
  @Parameters(paramLabel = "RUN", description = "Id of the run.")
  String id = "";

  @Override
  public Integer call() {
    Console console = console();
    try (RunTables tables = RunsCommand.tables(this)) {
      RunRecord run = tables.runs().resolve(id);
      if (!tables.runs().cancel(run.id(), System.getProperty("user.name"))) {
        throw IngotException.conflict(
            "run "
                + run.id()
                + " has ended before: "
                + run.state().name().toLowerCase(Locale.ROOT));
      }
      if (!EngineLock.isHeld(home().path())) {
        tables.engines().freeDead();
      }
      if (json()) {
        console.result(Map.of("run", run.id(), "state", "cancelled"));
      } else {
        console.result("cancelled " + run.id());
      }
    }
    return 0;
  }
}

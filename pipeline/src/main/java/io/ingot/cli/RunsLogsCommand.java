package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.run.AttemptRecord;
import io.ingot.run.RunRecord;
import io.ingot.run.RunTables;
import io.ingot.step.exec.AttemptLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runs logs RUN [STEP]}. */
@Command(name = "logs", description = "Print the logs of a run, or of one step of it.")
final class RunsLogsCommand extends IngotCommand {
  @Parameters(index = "0", paramLabel = "RUN", description = "Id of the run.")
  String id = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "STEP", description = "Only this step.")
  @Nullable String step;

  @Override
  public Integer call() throws IOException {
    Console console = console();
    try (RunTables tables = RunsCommand.tables(this)) {
      RunRecord run = tables.runs().resolve(id);
      List<AttemptRecord> attempts =
          tables.runs().attempts(run.id()).stream()
              .filter(attempt -> step == null || attempt.step().equals(step))
              .toList();
      if (attempts.isEmpty()) {
        throw IngotException.notFound(
            "run "
                + run.id()
                + (step == null ? " has not begun" : " has no attempt of a step '" + step + "'")
                + "; 'ingot runs show "
                + run.id()
                + "' shows its steps");
      }
      for (AttemptRecord attempt : attempts) {
        print(console, attempt);
      }
    }
    return 0;
  }

  private void print(Console console, AttemptRecord attempt) throws IOException {
    Path file = AttemptLog.path(home().logs(), attempt.run(), attempt.step(), attempt.fence());
    console.result("== " + attempt.step() + " #" + attempt.fence() + " (" + file + ")");
    if (Files.exists(file)) {
      // Native code may have printed anything.
      new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().forEach(console::result);
    }
  }
}

package io.ingot.cli;

import io.ingot.run.EngineLock;
import io.ingot.run.RunRecord;
import io.ingot.run.RunState;
import io.ingot.run.RunTables;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runs list}. */
@Command(name = "list", description = "List runs, the newest first.")
final class RunsListCommand extends IngotCommand {
  @Option(names = "--limit", defaultValue = "20", description = "At most so many (20).")
  int limit;

  @Override
  public Integer call() {
    Console console = console();
    List<RunRecord> runs = List.of();
    if (Files.isDirectory(home().database())) {
      try (RunTables tables = RunTables.inFolder(home().database())) {
        runs = tables.runs().list(limit);
      }
    }
    if (json()) {
      List<Map<String, Object>> rows = new ArrayList<>();
      for (RunRecord run : runs) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("run", run.id());
        row.put("job", run.jobName());
        row.put("state", state(run));
        row.put("created", run.createdAt().toString());
        row.put("ended", run.endedAt() == null ? null : run.endedAt().toString());
        row.put("file", run.jobFile().toString());
        rows.add(row);
      }
      console.result(Map.of("runs", rows));
      return 0;
    }
    TextTable table = new TextTable("RUN", "JOB", "STATE", "CREATED");
    for (RunRecord run : runs) {
      table.row(run.id(), run.jobName(), state(run), Times.minute(run.createdAt()));
    }
    table.lines().forEach(console::result);
    return 0;
  }

  /** A run that nobody works on is not running, whatever its row says. */
  private String state(RunRecord run) {
    boolean idle = run.state() == RunState.RUNNING && !EngineLock.isHeld(home().path());
    return idle ? "unfinished" : run.state().name().toLowerCase(Locale.ROOT);
  }
}

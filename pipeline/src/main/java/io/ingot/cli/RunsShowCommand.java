package io.ingot.cli;

import io.ingot.run.AttemptRecord;
import io.ingot.run.RunRecord;
import io.ingot.run.RunTables;
import io.ingot.run.StepRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runs show RUN}. */
@Command(name = "show", description = "Show the steps of a run.")
final class RunsShowCommand extends IngotCommand {
  @Parameters(paramLabel = "RUN", description = "Id of the run, or its beginning or end.")
  String id = "";

  @Override
  public Integer call() {
    Console console = console();
    try (RunTables tables = RunsCommand.tables(this)) {
      RunRecord run = tables.runs().resolve(id);
      List<StepRecord> steps = tables.runs().steps(run.id());
      RunReport report = new RunReport(run, steps, home());
      if (json()) {
        console.result(report.json(false));
        return 0;
      }
      console.result("run      " + run.id());
      console.result("job      " + run.jobName() + " (" + run.jobFile() + ")");
      console.result("state    " + run.state().name().toLowerCase(Locale.ROOT));
      console.result("created  " + Times.minute(run.createdAt()));
      if (run.originRun() != null) {
        console.result("follows  " + run.originRun());
      }
      console.result("");
      report.table().forEach(console::result);
      attempts(tables.runs().attempts(run.id())).forEach(console::result);
    }
    return 0;
  }

  private static List<String> attempts(List<AttemptRecord> attempts) {
    TextTable table = new TextTable("ATTEMPT", "OUTCOME", "MESSAGE");
    boolean any = false;
    for (AttemptRecord attempt : attempts) {
      switch (attempt.outcome()) {
        case FAILED, LOST, RELEASED, CANCELLED -> {
          any = true;
          table.row(
              attempt.step() + " #" + attempt.fence(),
              attempt.outcome().name().toLowerCase(Locale.ROOT),
              attempt.message() == null ? "" : attempt.message());
        }
        case RUNNING, DONE, CACHED, IN_REVIEW -> {}
      }
    }
    if (!any) {
      return List.of();
    }
    List<String> lines = new ArrayList<>(List.of(""));
    lines.addAll(table.lines());
    return lines;
  }
}

package io.ingot.cli;

import io.ingot.job.HubSession;
import io.ingot.job.JobReader;
import io.ingot.job.JobSpec;
import io.ingot.job.planner.CacheForecast;
import io.ingot.job.planner.DataSurvey;
import io.ingot.job.planner.JobCheck;
import io.ingot.job.planner.MergeSurvey;
import io.ingot.job.planner.PastRuns;
import io.ingot.job.planner.Plan;
import io.ingot.job.planner.PlanReport;
import io.ingot.job.planner.Planner;
import io.ingot.job.planner.RecordedRuns;
import io.ingot.run.RunTables;
import io.ingot.store.ArtifactStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code plan JOB}. */
@Command(
    name = "plan",
    description =
        "Shows what a run would do: steps, cache hits and why not, licenses, data, memory, disk.")
final class PlanCommand extends IngotCommand {
  @Parameters(paramLabel = "JOB", description = "Job file.")
  Path file = Path.of("");

  @Mixin SetOption overrides = new SetOption();

  @Override
  public Integer call() {
    JobSpec job = JobCheck.read(JobReader.now(environment()), file, overrides.values);
    try (HubSession hub = HubSession.toRead(job, home(), environment())) {
      if (!Files.isDirectory(home().database())) {
        return report(job, hub, PastRuns.NONE);
      }
      try (RunTables tables = RunTables.inFolder(home().database())) {
        return report(job, hub, new RecordedRuns(tables, new ArtifactStore(home().artifacts())));
      }
    }
  }

  private int report(JobSpec job, HubSession hub, PastRuns past) {
    Plan plan = Planner.installed(hub.hub(), past, Version.current()).plan(job);
    List<MergeSurvey> merges = MergeSurvey.of(plan, hub.hub());
    PlanReport report =
        new PlanReport(
            plan, CacheForecast.of(plan.run(), past), DataSurvey.of(plan, hub.hub()), merges);
    if (json()) {
      console().result(report.json());
    } else {
      report.lines().forEach(console()::result);
    }
    MergeSurvey.requirePossible(merges);
    plan.requireAllowed();
    return 0;
  }
}

package io.ingot.cli;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.license.Verdict;
import io.ingot.route.ForegroundRun;
import io.ingot.run.ReviewRecord;
import io.ingot.run.RunRecord;
import io.ingot.run.StepRecord;
import io.ingot.run.StepState;
import io.ingot.step.exec.AttemptLog;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code run JOB} and {@code run --resume}. */
@Command(
    name = "run",
    description = {
      "Run a whole job in the foreground.",
      "A run of this job that was stopped goes on where it was, unless the job or its inputs"
          + " changed; then what is unchanged comes from the cache."
    })
final class RunCommand extends IngotCommand {
  @Parameters(arity = "0..1", paramLabel = "JOB", description = "The job file.")
  @Nullable Path job;

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "RUN",
      description = "Go on with this run, or with the newest unfinished one.")
  @Nullable String resume;

  @Option(
      names = "--approve",
      paramLabel = "BY",
      description = "Approve what this run wants to publish, in the name of BY.")
  @Nullable String approver;

  @Mixin SetOption overrides = new SetOption();

  @Override
  public Integer call() throws InterruptedException {
    check();
    Console console = console();
    long begun = System.nanoTime();
    String purpose = job == null ? "run --resume " + resume : "run " + job;
    try (ForegroundRun engine =
            ForegroundRun.open(home(), environment(), Version.current(), purpose.strip());
        Interrupts _ = Interrupts.to(engine::interrupt)) {
      RunDisplay display = new RunDisplay(console);
      ForegroundRun.Start start =
          job == null
              ? engine.resume(Optional.ofNullable(resume).filter(id -> !id.isEmpty()), display)
              : engine.start(job, overrides.values, display);
      announce(console, start);
      RunRecord run = engine.work(start.run(), reviewer(console));
      List<StepRecord> steps = engine.tables().runs().steps(run.id());
      double seconds = (System.nanoTime() - begun) / 1e9;
      return report(console, engine, run, steps, seconds);
    }
  }

  private void check() {
    if ((job == null) == (resume == null)) {
      throw IngotException.usage("give either a JOB or --resume");
    }
    if (approver != null && approver.isBlank()) {
      throw IngotException.usage("--approve needs the name of the person who approves");
    }
    if (resume != null && !overrides.values.isEmpty()) {
      throw IngotException.usage("--set changes a job; --resume goes on with an unchanged one");
    }
  }

  private static void announce(Console console, ForegroundRun.Start start) {
    console.note((start.continued() ? "going on with run " : "run ") + start.run());
    start
        .plan()
        .ifPresent(
            plan ->
                plan.releases()
                    .forEach(
                        release ->
                            release.verdict().findings().stream()
                                .filter(f -> f.severity() == Verdict.Severity.WARN)
                                .forEach(
                                    f ->
                                        console.warn(
                                            f.subject() + ": " + f.reason() + "; " + f.remedy()))));
  }

  private ForegroundRun.Reviewer reviewer(Console console) {
    if (approver != null) {
      String by = approver;
      return (review, tables) -> {
        tables.reviews().approve(review.id(), by, "approved on the command line");
        console.note("approved by " + by + ": " + review.title());
        return true;
      };
    }
    return console.terminal() ? new TerminalReview(console, home()) : (review, tables) -> false;
  }

  private int report(
      Console console,
      ForegroundRun engine,
      RunRecord run,
      List<StepRecord> steps,
      double seconds) {
    boolean stopped = engine.interrupted() && !run.state().isFinal();
    RunReport report = new RunReport(run, steps, home());
    if (json()) {
      console.result(report.json(stopped));
    } else {
      report.evaluations().forEach(console::result);
      report.table().forEach(console::result);
      console.result("");
      console.result(report.summary(stopped, seconds));
    }
    for (StepRecord step : steps) {
      if (step.state() == StepState.FAILED) {
        console.error(
            "error: "
                + step.name()
                + ": "
                + step.reason()
                + "\n  log: "
                + AttemptLog.path(home().logs(), run.id(), step.name(), step.fence()));
      }
    }
    if (stopped) {
      console.note("stopped; 'ingot run --resume " + run.id() + "' goes on");
      return ErrorKind.INTERRUPTED.exitCode();
    }
    return switch (run.state()) {
      case DONE -> 0;
      case FAILED, CANCELLED, RUNNING -> ErrorKind.FAILED.exitCode();
      case IN_REVIEW -> {
        for (ReviewRecord review : engine.tables().reviews().pending(run.id())) {
          console.note(review.title());
          console.note("  ingot review show " + review.id());
          console.note(
              "  ingot review approve " + review.id() + " && ingot run --resume " + run.id());
        }
        yield ErrorKind.IN_REVIEW.exitCode();
      }
    };
  }
}

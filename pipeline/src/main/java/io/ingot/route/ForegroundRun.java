package io.ingot.route;

import io.ingot.error.IngotException;
import io.ingot.job.HubSession;
import io.ingot.job.JobReader;
import io.ingot.job.JobSpec;
import io.ingot.job.planner.JobCheck;
import io.ingot.job.planner.MergeSurvey;
import io.ingot.job.planner.Plan;
import io.ingot.job.planner.Planner;
import io.ingot.job.planner.RecordedRuns;
import io.ingot.run.ReviewRecord;
import io.ingot.run.RunRecord;
import io.ingot.run.RunState;
import io.ingot.run.RunTables;
import io.ingot.step.exec.RunListener;
import io.ingot.step.exec.StepRegistry;
import io.ingot.store.ArtifactStore;
import io.ingot.store.IngotHome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One job in the foreground, from its file to the end of its run. */
public final class ForegroundRun implements AutoCloseable {
  private final IngotHome home;
  private final Map<String, String> environment;
  private final String version;
  private final IngotApplication application;

  /** Decides about what waits for a person. */
  @FunctionalInterface
  public interface Reviewer {
    /** Whether it decided, by the desk of these tables; else the run is left waiting. */
    boolean decide(ReviewRecord review, RunTables tables);
  }

  /**
   * What is about to be done.
   *
   * @param plan absent when the run goes on as it was planned before
   * @param continued whether the run had begun before
   */
  public record Start(String run, Optional<Plan> plan, boolean continued) {}

  private ForegroundRun(
      IngotHome home,
      Map<String, String> environment,
      String version,
      IngotApplication application) {
    this.home = home;
    this.environment = environment;
    this.version = version;
    this.application = application;
  }

  /**
   * Takes the home.
   *
   * @param version of this program
   * @throws IngotException CONFLICT when another engine has it
   */
  public static ForegroundRun open(
      IngotHome home, Map<String, String> environment, String version, String purpose) {
    return new ForegroundRun(
        home, environment, version, IngotApplication.open(home, purpose, environment));
  }

  /**
   * Plans a job, and goes on with its unfinished run when nothing changed, else starts one.
   *
   * @throws IngotException of all kinds that reading and planning have
   */
  public Start start(Path file, List<String> overrides, RunListener listener) {
    JobSpec job = JobCheck.read(reader(), file, overrides);
    HubSession hub = openHub(job);
    Plan plan =
        Planner.installed(
                hub.hub(), new RecordedRuns(tables(), new ArtifactStore(home.artifacts())), version)
            .plan(job);
    plan.requireAllowed();
    MergeSurvey.requirePossible(MergeSurvey.of(plan, hub.hub()));
    Optional<RunRecord> unfinished = tables().runs().unfinished(plan.run());
    String run =
        unfinished
            .map(RunRecord::id)
            .orElseGet(() -> tables().runs().submit(plan.run(), null, user()));
    begin(run, hub, listener);
    return new Start(run, Optional.of(plan), unfinished.isPresent());
  }

  /**
   * Goes on with a run. One that failed or was cancelled is planned anew from its file.
   *
   * @param id of the run; else the newest unfinished one
   */
  public Start resume(Optional<String> id, RunListener listener) {
    RunRecord run =
        id.map(tables().runs()::resolve)
            .orElseGet(
                () ->
                    tables().runs().list(1000).stream()
                        .filter(record -> !record.state().isFinal())
                        .findFirst()
                        .orElseThrow(
                            () ->
                                IngotException.notFound(
                                    "no run is unfinished; 'ingot runs list' shows all")));
    if (run.state() == RunState.FAILED || run.state() == RunState.CANCELLED) {
      return start(run.jobFile(), List.of(), listener);
    }
    begin(run.id(), openHub(JobCheck.read(reader(), run.jobFile(), List.of())), listener);
    return new Start(run.id(), Optional.empty(), true);
  }

  private JobReader reader() {
    return JobReader.now(environment);
  }

  private HubSession openHub(JobSpec job) {
    HubSession hub = HubSession.open(job, home, environment);
    application.owns(hub);
    return hub;
  }

  private void begin(String run, HubSession hub, RunListener listener) {
    tables().runs().reopen(run, user());
    TreeMap<String, String> tools = new TreeMap<>();
    tools.put("ingot", version);
    tools.put("java", Runtime.version().toString());
    application.start(run, StepRegistry.load(), hub::hub, listener, tools);
  }

  /** Works until the run has ended, was interrupted, or waits for what the reviewer leaves open. */
  public RunRecord work(String run, Reviewer reviewer) throws InterruptedException {
    while (true) {
      RunRecord record = application.await(run);
      if (record.state() != RunState.IN_REVIEW || application.interrupted()) {
        return record;
      }
      boolean decided = false;
      for (ReviewRecord review : tables().reviews().pending(run)) {
        decided |= reviewer.decide(review, tables());
      }
      if (!decided) {
        return record;
      }
    }
  }

  public RunTables tables() {
    return application.tables();
  }

  /** Stops the work in good order; {@link #work} returns. */
  public void interrupt() {
    application.interrupt();
  }

  public boolean interrupted() {
    return application.interrupted();
  }

  private static String user() {
    return System.getProperty("user.name", "unknown");
  }

  @Override
  public void close() {
    application.close();
  }
}

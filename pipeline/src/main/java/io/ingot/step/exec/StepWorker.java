package io.ingot.step.exec;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.hub.Hub;
import io.ingot.run.Claim;
import io.ingot.run.Completion.ReviewStart;
import io.ingot.run.FailureCode;
import io.ingot.run.ResultCache;
import io.ingot.run.RunSettings;
import io.ingot.run.RunTables;
import io.ingot.run.StepState;
import io.ingot.step.Approval;
import io.ingot.step.Parameters;
import io.ingot.step.Step;
import io.ingot.step.StepOutcome;
import io.ingot.store.Artifact;
import io.ingot.store.ArtifactStore;
import io.ingot.store.Folders;
import io.ingot.store.IngotHome;
import io.ingot.store.Provenance;
import io.ingot.store.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Claims steps and sees each of them through: cache, work, artifact, and the one transaction that
 * says how it ended. Every thread that calls {@link #work} works on one step at a time.
 */
public final class StepWorker implements AutoCloseable {
  private final RunTables tables;
  private final ArtifactStore artifacts;
  private final IngotHome home;
  private final StepRegistry registry;
  private final Supplier<Hub> hub;
  private final RunListener listener;
  private final String engine;
  private final @Nullable String onlyRun;
  private final SortedMap<String, String> tools;
  private final SecretMask mask;
  private final ChildExecutor children;
  private final Heartbeats heartbeats;
  private volatile boolean stopping;
  private volatile @Nullable RuntimeException broken;

  /**
   * @param engine owner of the claims, see {@link io.ingot.run.Engines}
   * @param onlyRun when not null, the only run that is worked on
   * @param tools versions for the manifests
   */
  public StepWorker(
      RunTables tables,
      IngotHome home,
      StepRegistry registry,
      Supplier<Hub> hub,
      RunListener listener,
      String engine,
      @Nullable String onlyRun,
      SortedMap<String, String> tools,
      Map<String, String> environment) {
    this.tables = tables;
    this.artifacts = new ArtifactStore(home.artifacts());
    this.home = home;
    this.registry = registry;
    this.hub = hub;
    this.listener = listener;
    this.engine = engine;
    this.onlyRun = onlyRun;
    this.tools = tools;
    this.mask = new SecretMask(environment);
    this.children =
        new ChildExecutor(
            environment, ChildOptions.of(environment), System.getProperty("java.class.path"));
    this.heartbeats =
        new Heartbeats(tables.claims(), RunSettings.DEFAULT.lease(), Duration.ofSeconds(2));
  }

  /** Works on one READY step of the pool, if there is one; returns whether there was. */
  public boolean work(String pool) {
    if (stopping) {
      return false;
    }
    try {
      Optional<Claim> claim = tables.claims().claim(pool, engine, onlyRun);
      claim.ifPresent(this::perform);
      return claim.isPresent();
    } catch (RuntimeException e) {
      broken = e;
      throw e;
    }
  }

  /** Why nothing can be written down any more, e.g. a full disk; then waiting is in vain. */
  public Optional<RuntimeException> broken() {
    return Optional.ofNullable(broken);
  }

  /** Stops what runs, so that it is READY for the next engine, and takes nothing more. */
  public void stop() {
    stopping = true;
    heartbeats.stopAll();
  }

  /** Whether nothing runs. */
  public boolean isIdle() {
    return heartbeats.isEmpty();
  }

  private void perform(Claim claim) {
    long begun = System.nanoTime();
    Interruption interruption = new Interruption();
    Path logFile = AttemptLog.path(home.logs(), claim.run(), claim.step(), claim.fence());
    try (AttemptLog log = new AttemptLog(logFile, mask)) {
      StepProgress progress =
          new StepProgress(listener.progress(claim.run(), claim.step()), log, mask);
      heartbeats.add(claim, interruption, progress::line);
      if (stopping) {
        interruption.raise(Interruption.Reason.STOPPING);
      }
      try {
        Attempt attempt = new Attempt(claim, interruption, progress, log, begun);
        attempt.run();
      } finally {
        heartbeats.remove(claim);
      }
    } catch (IOException e) {
      StepFailure failure = StepFailure.of(e);
      fail(claim, failure, begun);
    }
  }

  private void fail(Claim claim, StepFailure failure, long begun) {
    String text = mask.apply(failure.text());
    StepState state = tables.completion().failed(claim, failure.code(), text);
    announce(claim, state, text, begun);
  }

  private void announce(Claim claim, StepState state, @Nullable String text, long begun) {
    listener.changed(claim.run(), claim.step(), state, text == null ? "" : text, seconds(begun));
  }

  private static double seconds(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }

  /** One claim from its start to its end. */
  private final class Attempt {
    private final Claim claim;
    private final Interruption interruption;
    private final StepProgress progress;
    private final AttemptLog log;
    private final long begun;

    Attempt(
        Claim claim, Interruption interruption, StepProgress progress, AttemptLog log, long begun) {
      this.claim = claim;
      this.interruption = interruption;
      this.progress = progress;
      this.log = log;
      this.begun = begun;
    }

    void run() {
      log.line(
          claim.step()
              + ": "
              + claim.kind()
              + ", attempt "
              + claim.attempt()
              + " of the run "
              + claim.run());
      try {
        Step step = registry.get(claim.kind());
        if (!fromCache()) {
          work(step);
        }
      } catch (InterruptedException e) {
        stopped();
      } catch (StepFailure e) {
        log.line("failed: " + e.text());
        fail(claim, e, begun);
      } catch (IOException | RuntimeException e) {
        log.stackTrace(e);
        fail(claim, StepFailure.of(e), begun);
      }
    }

    private boolean fromCache() throws IOException {
      if (!claim.pure()) {
        return false;
      }
      Optional<ResultCache.Entry> entry = tables.cache().find(claim.cacheKey());
      if (entry.isEmpty()) {
        return false;
      }
      Verification verification = artifacts.check(entry.get().outputDigest());
      if (!verification.ok()) {
        progress.note(claim.step() + ": not from the cache: " + verification.reason());
        return false;
      }
      String reason = "same inputs and parameters as in run " + entry.get().run();
      log.line("cached: " + reason);
      if (tables.completion().done(claim, entry.get().outputDigest(), true, reason)) {
        announce(claim, StepState.CACHED, reason, begun);
      }
      return true;
    }

    private void work(Step step) throws IOException, StepFailure, InterruptedException {
      listener.changed(claim.run(), claim.step(), StepState.RUNNING, "", 0);
      JsonNode parameters = Parameters.parse(claim.parametersJson());
      Path scratch = home.scratch().resolve(claim.cacheKey());
      Files.createDirectories(scratch);
      Path staged = artifacts.stage(claim.run() + "-" + claim.step() + "-" + claim.fence());
      try {
        WorkOrder order =
            new WorkOrder(
                claim.step(),
                claim.kind(),
                parameters,
                new InputFiles(artifacts).resolve(claim),
                staged,
                scratch,
                home.memory().resolve(claim.kind()));
        StepOutcome outcome =
            step.isolated()
                ? children.execute(order, progress, interruption, log)
                : new InProcessExecutor(services())
                    .execute(step, order, progress, interruption, log);
        switch (outcome) {
          case StepOutcome.Done done -> finish(done, parameters, staged, scratch);
          case StepOutcome.NeedsReview review -> review(review);
        }
      } finally {
        Folders.delete(staged);
      }
    }

    private StepServices services() {
      return new StepServices(
          hub,
          subject ->
              tables
                  .reviews()
                  .approval(subject)
                  .map(
                      review ->
                          new Approval(
                              review.subjectDigest(),
                              String.valueOf(review.decidedBy()),
                              Objects.requireNonNull(review.decidedAt()),
                              review.remark() == null ? "" : review.remark())),
          () -> new ClaimJournal(claim, tables.claims(), tables.effects(), interruption));
    }

    private void finish(StepOutcome.Done done, JsonNode parameters, Path staged, Path scratch)
        throws IOException, InterruptedException {
      interruption.check();
      TreeMap<String, String> inputs = new TreeMap<>();
      claim.inputs().values().forEach(input -> inputs.put(input.role(), input.digest()));
      Artifact artifact =
          artifacts.publish(
              staged,
              new Provenance(
                  claim.kind(), claim.version(), parameters, inputs, tools, seconds(begun)));
      log.line("artifact " + artifact.digest());
      String note = mask.apply(done.note());
      // A review or publication whose record is there already has not happened again.
      boolean reused = done.reused() || !claim.pure() && artifact.existed();
      if (tables.completion().done(claim, artifact.digest(), reused, note)) {
        Folders.delete(scratch);
        announce(claim, reused ? StepState.CACHED : StepState.DONE, note, begun);
      } else {
        log.line("another engine has the step; this result is dropped");
      }
    }

    private void review(StepOutcome.NeedsReview review) throws IOException, StepFailure {
      if (!review.subjectDigest().matches("[0-9a-f]{64}")) {
        throw new StepFailure(FailureCode.WORK, "a review needs the digest of its subject", null);
      }
      ReviewStart start =
          tables.completion().inReview(claim, review.subjectDigest(), review.title());
      switch (start) {
        case ASKED -> announce(claim, StepState.IN_REVIEW, review.title(), begun);
        case REJECTED -> announce(claim, StepState.FAILED, "rejected", begun);
        case APPROVED, LOST -> {}
      }
    }

    private void stopped() {
      Interruption.Reason reason = interruption.reason();
      log.line(
          "stopped: " + (reason == null ? "interrupted" : reason.name().toLowerCase(Locale.ROOT)));
      switch (reason) {
        case CANCELLED -> {
          tables.completion().cancelled(claim);
          announce(claim, StepState.CANCELLED, "the run was cancelled", begun);
        }
        case LOST -> {}
        case STOPPING -> {
          tables.claims().release(claim, "the engine was stopped");
          announce(claim, StepState.READY, "stopped; goes on with the next start", begun);
        }
        case null ->
            fail(
                claim,
                new StepFailure(FailureCode.WORK, "the step interrupted itself", null),
                begun);
      }
    }
  }

  @Override
  public void close() {
    heartbeats.close();
  }
}

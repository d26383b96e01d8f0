package io.ingot.route;

import io.ingot.job.planner.PastRuns;
import io.ingot.run.ResultCache;
import io.ingot.run.RunTables;
import io.ingot.run.StepRecord;
import io.ingot.store.ArtifactStore;
import io.ingot.store.IngotHome;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;

/** The past of a home, as its tables and artifacts tell it. Thread-safe. */
public final class RecordedRuns implements PastRuns {
  private final RunTables tables;
  private final ArtifactStore artifacts;

  public RecordedRuns(RunTables tables, IngotHome home) {
    this.tables = tables;
    this.artifacts = new ArtifactStore(home.artifacts());
  }

  @Override
  public Optional<String> output(String cacheKey) {
    return tables.cache().find(cacheKey).map(ResultCache.Entry::outputDigest).filter(this::usable);
  }

  private boolean usable(String digest) {
    try {
      return artifacts.check(digest).ok();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public Optional<PastStep> lastFinished(String job, String step) {
    return tables.cache().lastFinished(job, step).map(this::past);
  }

  private PastStep past(StepRecord step) {
    SortedMap<String, String> inputs = tables.runs().inputDigests(step.run(), step.name());
    return new PastStep(step.kind(), step.version(), step.parametersJson(), inputs);
  }

  @Override
  public Optional<String> lastLock(String job) {
    return tables.cache().lastLock(job);
  }
}

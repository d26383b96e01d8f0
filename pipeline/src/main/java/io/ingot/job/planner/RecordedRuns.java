package io.ingot.job.planner;

import io.ingot.run.RunTables;
import io.ingot.run.StepRecord;
import io.ingot.store.ArtifactStore;
import java.io.IOException;
import java.util.Optional;

/** The past as the tables of this home tell it. */
public final class RecordedRuns implements PastRuns {
  private final RunTables tables;
  private final ArtifactStore artifacts;

  public RecordedRuns(RunTables tables, ArtifactStore artifacts) {
    this.tables = tables;
    this.artifacts = artifacts;
  }

  @Override
  public Optional<String> output(String cacheKey) {
    return tables.cache().find(cacheKey).map(entry -> entry.outputDigest()).filter(this::isWhole);
  }

  /** What the engine asks before it takes an artifact from the cache. */
  private boolean isWhole(String digest) {
    try {
      return artifacts.check(digest).ok();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public Optional<PastStep> lastFinished(String job, String step) {
    return tables.cache().lastFinished(job, step).map(this::pastStep);
  }

  private PastStep pastStep(StepRecord record) {
    return new PastStep(
        record.kind(),
        record.version(),
        record.parametersJson(),
        tables.runs().inputDigests(record.run(), record.name()));
  }

  @Override
  public Optional<String> lastLock(String job) {
    return tables.cache().lastLock(job);
  }
}

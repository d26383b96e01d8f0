package io.ingot.job.planner;

import java.util.Optional;
import java.util.SortedMap;

/** What the planner asks about runs that were. Thread-safe. */
public interface PastRuns {
  /** A home without a past. */
  PastRuns NONE =
      new PastRuns() {
        @Override
        public Optional<String> output(String cacheKey) {
          return Optional.empty();
        }

        @Override
        public Optional<PastStep> lastFinished(String job, String step) {
          return Optional.empty();
        }

        @Override
        public Optional<String> lastLock(String job) {
          return Optional.empty();
        }
      };

  /**
   * Digest of the artifact that a pure step made under this {@link io.ingot.run.CacheKey}; empty
   * when there is none or the artifact is gone.
   */
  Optional<String> output(String cacheKey);

  /** The newest DONE or CACHED row of this step of this job, over all runs. */
  Optional<PastStep> lastFinished(String job, String step);

  /** The lock of the newest run of this job, whatever became of it. */
  Optional<String> lastLock(String job);

  /**
   * A step that was done.
   *
   * @param parametersJson canonical JSON
   * @param inputs digests by role
   */
  record PastStep(
      String kind, int version, String parametersJson, SortedMap<String, String> inputs) {}
}

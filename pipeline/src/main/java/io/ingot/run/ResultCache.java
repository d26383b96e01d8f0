package io.ingot.run;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Outputs of pure steps by cache key, and the past of a job's steps. Thread-safe. */
public final class ResultCache {
  private final Database database;

  public ResultCache(Database database) {
    this.database = database;
  }

  /** The output of an earlier step of the same key. */
  public record Entry(String outputDigest, String run, String step, Instant createdAt) {}

  public Optional<Entry> find(String cacheKey) {
    return database.transaction(
        connection ->
            Sql.first(
                connection,
                "SELECT * FROM cache_entry WHERE cache_key = ?",
                row ->
                    new Entry(
                        Sql.text(row, "output_digest"),
                        Sql.text(row, "run_id"),
                        Sql.text(row, "step"),
                        Rows.time(row, "created_at")),
                cacheKey));
  }

  /** The newest DONE or CACHED row of this step of this job, over all runs. */
  public Optional<StepRecord> lastFinished(String job, String step) {
    return database.transaction(
        connection ->
            Sql.first(
                connection,
                "SELECT s.* FROM step s JOIN run r ON r.id = s.run_id"
                    + " WHERE r.job_name = ? AND s.name = ? AND s.state IN ('DONE', 'CACHED')"
                    + " ORDER BY s.ended_at DESC FETCH FIRST 1 ROWS ONLY",
                Rows::step,
                job,
                step));
  }

  /** The lock of the newest run of this job, whatever became of it. */
  public Optional<String> lastLock(String job) {
    return database.transaction(
        connection ->
            Sql.first(
                connection,
                "SELECT lock_json FROM run WHERE job_name = ?"
                    + " ORDER BY created_at DESC, id DESC FETCH FIRST 1 ROWS ONLY",
                row -> Sql.text(row, "lock_json"),
                job));
  }

  /**
   * Digests that a cache entry younger than {@code since}, an unfinished run, or one of the newest
   * {@code runs} runs names.
   */
  public Set<String> inUse(int runs, Instant since) {
    return database.transaction(
        connection ->
            new TreeSet<>(
                Sql.list(
                    connection,
                    "SELECT output_digest FROM cache_entry WHERE created_at >= ?"
                        + " UNION SELECT s.output_digest FROM step s JOIN run r ON r.id = s.run_id"
                        + " WHERE s.output_digest IS NOT NULL"
                        + " AND (r.state IN ('RUNNING', 'IN_REVIEW') OR r.id IN"
                        + " (SELECT id FROM run ORDER BY created_at DESC FETCH FIRST ? ROWS ONLY))",
                    row -> Sql.text(row, "output_digest"),
                    since,
                    runs)));
  }

  /** Forgets the entries of artifacts that are no more. */
  public void forget(Set<String> digests) {
    database.execute(
        connection -> {
          for (String digest : digests) {
            Sql.update(connection, "DELETE FROM cache_entry WHERE output_digest = ?", digest);
          }
        });
  }
}

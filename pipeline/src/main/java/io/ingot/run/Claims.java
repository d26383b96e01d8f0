package io.ingot.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who works on what: claiming by compare-and-set, and keeping what was claimed. Thread-safe. */
public final class Claims {
  private static final int CANDIDATES = 5;

  private final Database database;
  private final RunSettings settings;

  public Claims(Database database, RunSettings settings) {
    this.database = database;
    this.settings = settings;
  }

  /** What a heartbeat was told. */
  public enum Pulse {
    /** The lease is renewed. */
    KEEP,
    /** The run was cancelled: stop, and say so. */
    CANCEL,
    /** Another one has the step: stop, and write nothing. */
    LOST
  }

  private record Candidate(String run, String step, int fence) {}

  /** Makes exactly {@code count} slots, but takes none away that is held. */
  public void slots(String pool, int count) {
    database.execute(
        connection -> {
          Sql.update(
              connection,
              "DELETE FROM slot WHERE pool = ? AND n >= ? AND holder_run IS NULL",
              pool,
              count);
          for (int n = 0; n < count; n++) {
            if (!Sql.exists(connection, "SELECT 1 FROM slot WHERE pool = ? AND n = ?", pool, n)) {
              Sql.update(connection, "INSERT INTO slot (pool, n) VALUES (?, ?)", pool, n);
            }
          }
        });
  }

  /**
   * Takes the first READY step of the pool, if a slot is free.
   *
   * @param engine id of the claiming engine, see {@link Engines}
   * @param onlyRun when not null: of this run only
   */
  public Optional<Claim> claim(String pool, String engine, @Nullable String onlyRun) {
    for (Candidate candidate : candidates(pool, onlyRun)) {
      Optional<Claim> claim = database.transaction(in -> take(in, candidate, pool, engine));
      if (claim.isPresent()) {
        return claim;
      }
    }
    return Optional.empty();
  }

  private List<Candidate> candidates(String pool, @Nullable String onlyRun) {
    return database.transaction(
        connection ->
            Sql.list(
                connection,
                "SELECT s.run_id, s.name, s.fence FROM step s JOIN run r ON r.id = s.run_id"
                    + " WHERE s.state = 'READY' AND s.pool = ?"
                    + " AND (s.not_before IS NULL OR s.not_before <= CURRENT_TIMESTAMP)"
                    + " AND r.id = COALESCE(?, r.id)"
                    + " ORDER BY r.priority DESC, s.ready_at, s.ordinal FETCH FIRST "
                    + CANDIDATES
                    + " ROWS ONLY",
                row ->
                    new Candidate(
                        Sql.text(row, "run_id"), Sql.text(row, "name"), row.getInt("fence")),
                pool,
                onlyRun));
  }

  private Optional<Claim> take(
      Connection connection, Candidate candidate, String pool, String engine) throws SQLException {
    Transitions.lock(connection, candidate.run);
    if (!Sql.exists(
        connection,
        "SELECT 1 FROM step WHERE run_id = ? AND name = ? AND state = 'READY' AND fence = ?",
        candidate.run,
        candidate.step,
        candidate.fence)) {
      return Optional.empty();
    }
    int fence = candidate.fence + 1;
    if (!takeSlot(connection, candidate, pool, fence)) {
      return Optional.empty();
    }
    Instant now = Sql.now(connection);
    Sql.update(
        connection,
        "UPDATE step SET state = 'RUNNING', fence = ?, attempts = attempts + 1, lease_owner = ?,"
            + " lease_until = ?, started_at = ?, ended_at = NULL, progress = NULL, reason = NULL,"
            + " error_code = NULL, not_before = NULL"
            + " WHERE run_id = ? AND name = ? AND state = 'READY' AND fence = ?",
        fence,
        engine,
        now.plus(settings.lease()),
        now,
        candidate.run,
        candidate.step,
        candidate.fence);
    Sql.update(
        connection,
        "INSERT INTO attempt (run_id, step, fence, engine, started_at, outcome)"
            + " VALUES (?, ?, ?, ?, ?, 'RUNNING')",
        candidate.run,
        candidate.step,
        fence,
        engine,
        now);
    Transitions.settle(connection, candidate.run);
    return Optional.of(read(connection, candidate.run, candidate.step));
  }

  private static boolean takeSlot(
      Connection connection, Candidate candidate, String pool, int fence) throws SQLException {
    List<Integer> free =
        Sql.list(
            connection,
            "SELECT n FROM slot WHERE pool = ? AND holder_run IS NULL ORDER BY n",
            row -> row.getInt("n"),
            pool);
    for (int n : free) {
      if (Sql.update(
              connection,
              "UPDATE slot SET holder_run = ?, holder_step = ?, holder_fence = ?"
                  + " WHERE pool = ? AND n = ? AND holder_run IS NULL",
              candidate.run,
              candidate.step,
              fence,
              pool,
              n)
          == 1) {
        return true;
      }
    }
    return false;
  }

  private static Claim read(Connection connection, String run, String step) throws SQLException {
    LinkedHashMap<String, Claim.Input> inputs = new LinkedHashMap<>();
    Sql.list(
            connection,
            "SELECT i.role, i.from_step, COALESCE(i.digest, p.output_digest) AS content,"
                + " COALESCE(p.kind, 'external') AS kind, i.path FROM step_input i"
                + " LEFT JOIN step p ON p.run_id = i.run_id AND p.name = i.from_step"
                + " WHERE i.run_id = ? AND i.step = ? ORDER BY i.ordinal",
            row ->
                new Claim.Input(
                    Sql.text(row, "role"),
                    Sql.text(row, "content"),
                    row.getString("from_step"),
                    Sql.text(row, "kind"),
                    Rows.path(row, "path")),
            run,
            step)
        .forEach(input -> inputs.put(input.role(), input));
    String job =
        Sql.first(
                connection,
                "SELECT job_name FROM run WHERE id = ?",
                row -> Sql.text(row, "job_name"),
                run)
            .orElseThrow();
    return Sql.first(
            connection,
            "SELECT * FROM step WHERE run_id = ? AND name = ?",
            row ->
                new Claim(
                    run,
                    job,
                    step,
                    row.getInt("fence"),
                    row.getInt("attempts"),
                    Sql.text(row, "kind"),
                    row.getInt("kind_version"),
                    row.getBoolean("pure"),
                    Sql.text(row, "parameters_json"),
                    inputs),
            run,
            step)
        .orElseThrow();
  }

  /** Renews the lease and leaves word of the progress. */
  public Pulse heartbeat(Claim claim, @Nullable String progress) {
    return database.transaction(
        connection -> {
          int rows =
              Sql.update(
                  connection,
                  "UPDATE step SET lease_until = ?, progress = COALESCE(?, progress)"
                      + " WHERE run_id = ? AND name = ? AND fence = ? AND state = 'RUNNING'",
                  Sql.now(connection).plus(settings.lease()),
                  Sql.cut(progress, 1000),
                  claim.run(),
                  claim.step(),
                  claim.fence());
          if (rows == 0) {
            return Pulse.LOST;
          }
          return Sql.exists(
                  connection,
                  "SELECT 1 FROM step WHERE run_id = ? AND name = ? AND cancel_requested = TRUE",
                  claim.run(),
                  claim.step())
              ? Pulse.CANCEL
              : Pulse.KEEP;
        });
  }

  /**
   * Gives the step back because this engine stops; the attempt does not count.
   *
   * @return false when the step was lost before
   */
  public boolean release(Claim claim, String why) {
    return database.transaction(
        connection -> {
          Transitions.lock(connection, claim.run());
          int rows =
              Sql.update(
                  connection,
                  "UPDATE step SET attempts = attempts - 1, ended_at = CURRENT_TIMESTAMP"
                      + " WHERE run_id = ? AND name = ? AND fence = ? AND state = 'RUNNING'",
                  claim.run(),
                  claim.step(),
                  claim.fence());
          if (rows == 0) {
            return false;
          }
          Transitions.endAttempt(
              connection, claim.run(), claim.step(), claim.fence(), Outcome.RELEASED, why);
          Transitions.releaseSlot(connection, claim.run(), claim.step(), claim.fence());
          Transitions.makeReady(connection, claim.run(), claim.step());
          Transitions.settle(connection, claim.run());
          return true;
        });
  }
}

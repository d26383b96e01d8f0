package io.ingot.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a claimed step ends: each way is one transaction that does everything or, when the fence is
 * no longer the newest, nothing. Thread-safe.
 */
public final class Completion {
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(10);

  private final Database database;
  private final RunSettings settings;

  public Completion(Database database, RunSettings settings) {
    this.database = database;
    this.settings = settings;
  }

  /**
   * The step has an output.
   *
   * @param cached whether an earlier output, or an effect that was there already, stands for it
   * @param reason a note for the summary: why it is cached, what was done
   * @return false when the step was lost; then nothing was written
   */
  public boolean done(Claim claim, String digest, boolean cached, @Nullable String reason) {
    return database.transaction(
        connection -> {
          Transitions.lock(connection, claim.run());
          int rows =
              Sql.update(
                  connection,
                  "UPDATE step SET state = ?, output_digest = ?, cache_key = ?, reason = ?,"
                      + " ended_at = CURRENT_TIMESTAMP, lease_owner = NULL, lease_until = NULL,"
                      + " progress = NULL"
                      + " WHERE run_id = ? AND name = ? AND fence = ? AND state = 'RUNNING'",
                  cached ? StepState.CACHED : StepState.DONE,
                  digest,
                  claim.cacheKey(),
                  Sql.cut(reason, 4000),
                  claim.run(),
                  claim.step(),
                  claim.fence());
          if (rows == 0) {
            return false;
          }
          if (claim.pure() && !cached) {
            remember(connection, claim, digest);
          }
          end(connection, claim, cached ? Outcome.CACHED : Outcome.DONE, reason);
          Transitions.wakeSuccessors(connection, claim.run());
          Transitions.settle(connection, claim.run());
          return true;
        });
  }

  private static void remember(Connection connection, Claim claim, String digest)
      throws SQLException {
    Sql.update(connection, "DELETE FROM cache_entry WHERE cache_key = ?", claim.cacheKey());
    Sql.update(
        connection,
        "INSERT INTO cache_entry (cache_key, output_digest, run_id, step, created_at)"
            + " VALUES (?, ?, ?, ?, CURRENT_TIMESTAMP)",
        claim.cacheKey(),
        digest,
        claim.run(),
        claim.step());
  }

  /** What became of a step that asked for a review. */
  public enum ReviewStart {
    /** A person is asked. */
    ASKED,
    /** Somebody approved in the meantime: the step is READY again. */
    APPROVED,
    /** Somebody had rejected exactly this in this run: the step failed. */
    REJECTED,
    /** The step was lost; nothing was written. */
    LOST
  }

  /** A person has to decide; the step holds nothing while it waits. */
  public ReviewStart inReview(Claim claim, String subjectDigest, String title) {
    return database.transaction(
        connection -> {
          Transitions.lock(connection, claim.run());
          int rows =
              Sql.update(
                  connection,
                  "UPDATE step SET state = 'IN_REVIEW', reason = ?, attempts = attempts - 1,"
                      + " lease_owner = NULL, lease_until = NULL, progress = NULL,"
                      + " ended_at = CURRENT_TIMESTAMP"
                      + " WHERE run_id = ? AND name = ? AND fence = ? AND state = 'RUNNING'",
                  Sql.cut(title, 4000),
                  claim.run(),
                  claim.step(),
                  claim.fence());
          if (rows == 0) {
            return ReviewStart.LOST;
          }
          end(connection, claim, Outcome.IN_REVIEW, title);
          ReviewStart start = ask(connection, claim, subjectDigest, title);
          Transitions.settle(connection, claim.run());
          return start;
        });
  }

  private static ReviewStart ask(
      Connection connection, Claim claim, String subjectDigest, String title) throws SQLException {
    Sql.update(
        connection,
        "UPDATE review SET state = 'WITHDRAWN' WHERE run_id = ? AND step = ?"
            + " AND subject_digest <> ? AND state = 'PENDING'",
        claim.run(),
        claim.step(),
        subjectDigest);
    Optional<ReviewRecord> known =
        Sql.first(
            connection,
            "SELECT * FROM review WHERE run_id = ? AND step = ? AND subject_digest = ?",
            Rows::review,
            claim.run(),
            claim.step(),
            subjectDigest);
    if (known.isEmpty()) {
      Sql.update(
          connection,
          "INSERT INTO review (id, run_id, step, subject_digest, title, state, created_at)"
              + " VALUES (?, ?, ?, ?, ?, 'PENDING', CURRENT_TIMESTAMP)",
          UUID.randomUUID().toString().substring(0, 8),
          claim.run(),
          claim.step(),
          subjectDigest,
          Sql.cut(title, 1000));
      return ReviewStart.ASKED;
    }
    return switch (known.get().state()) {
      case APPROVED -> {
        Transitions.makeReady(connection, claim.run(), claim.step());
        yield ReviewStart.APPROVED;
      }
      case REJECTED -> {
        ReviewDesk.failStep(connection, known.get());
        yield ReviewStart.REJECTED;
      }
      case PENDING -> ReviewStart.ASKED;
      case EXPIRED, WITHDRAWN -> {
        Sql.update(
            connection, "UPDATE review SET state = 'PENDING' WHERE id = ?", known.get().id());
        yield ReviewStart.ASKED;
      }
    };
  }

  /**
   * The attempt failed. A failure that may go away makes the step READY again after a while, until
   * its attempts are used up; any other one fails the step, and what needs it is skipped.
   *
   * @return the state of the step now; RUNNING when it was lost and nothing was written
   */
  public StepState failed(Claim claim, FailureCode code, String message) {
    return database.transaction(
        connection -> {
          Transitions.lock(connection, claim.run());
          return fail(connection, claim.run(), claim.step(), claim.fence(), code, message);
        });
  }

  /** With the run locked. */
  StepState fail(
      Connection connection, String run, String step, int fence, FailureCode code, String message)
      throws SQLException {
    record Budget(int attempts, int max, boolean cancelled) {}
    Optional<Budget> budget =
        Sql.first(
            connection,
            "SELECT attempts, max_attempts, cancel_requested FROM step"
                + " WHERE run_id = ? AND name = ? AND fence = ? AND state = 'RUNNING'",
            row -> new Budget(row.getInt(1), row.getInt(2), row.getBoolean(3)),
            run,
            step,
            fence);
    if (budget.isEmpty()) {
      return StepState.RUNNING;
    }
    Transitions.endAttempt(
        connection,
        run,
        step,
        fence,
        code == FailureCode.LOST ? Outcome.LOST : Outcome.FAILED,
        message);
    Transitions.releaseSlot(connection, run, step, fence);
    int attempts = budget.get().attempts;
    StepState state;
    if (budget.get().cancelled) {
      state = StepState.CANCELLED;
    } else if (code.retryable() && attempts < budget.get().max) {
      state = StepState.READY;
    } else {
      state = StepState.FAILED;
    }
    Sql.update(
        connection,
        "UPDATE step SET state = ?, error_code = ?, reason = ?, ended_at = CURRENT_TIMESTAMP,"
            + " lease_owner = NULL, lease_until = NULL, progress = NULL, not_before = ?"
            + " WHERE run_id = ? AND name = ?",
        state,
        code,
        Sql.cut(message, 4000),
        state == StepState.READY ? Sql.now(connection).plus(backoff(code, attempts)) : null,
        run,
        step);
    if (state == StepState.READY) {
      Transitions.makeReady(connection, run, step);
    } else {
      Transitions.skipDescendants(connection, run);
    }
    Transitions.settle(connection, run);
    return state;
  }

  /** A step that lost its process need not wait; the next one waits twice as long as the last. */
  private Duration backoff(FailureCode code, int attempts) {
    if (code == FailureCode.LOST) {
      return Duration.ZERO;
    }
    Duration wait = settings.backoff().multipliedBy(1L << Math.min(attempts - 1, 16));
    return wait.compareTo(LONGEST_BACKOFF) < 0 ? wait : LONGEST_BACKOFF;
  }

  /** The step stopped because its run was cancelled. */
  public boolean cancelled(Claim claim) {
    return database.transaction(
        connection -> {
          Transitions.lock(connection, claim.run());
          int rows =
              Sql.update(
                  connection,
                  "UPDATE step SET state = 'CANCELLED', ended_at = CURRENT_TIMESTAMP,"
                      + " lease_owner = NULL, lease_until = NULL, progress = NULL"
                      + " WHERE run_id = ? AND name = ? AND fence = ? AND state = 'RUNNING'",
                  claim.run(),
                  claim.step(),
                  claim.fence());
          if (rows == 0) {
            return false;
          }
          end(connection, claim, Outcome.CANCELLED, null);
          Transitions.settle(connection, claim.run());
          return true;
        });
  }

  private static void end(
      Connection connection, Claim claim, Outcome outcome, @Nullable String message)
      throws SQLException {
    Transitions.endAttempt(connection, claim.run(), claim.step(), claim.fence(), outcome, message);
    Transitions.releaseSlot(connection, claim.run(), claim.step(), claim.fence());
  }
}

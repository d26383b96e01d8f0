package io.ingot.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The moves that several transactions share. Each decides from several rows, so the caller must
 * have locked the run first: two predecessors that finish at once would otherwise each see the
 * other unfinished, and nobody would wake the step that joins them.
 */
final class Transitions {
  private Transitions() {}

  /** Lock order: run, step, slot. */
  static RunState lock(Connection connection, String run) throws SQLException {
    return Sql.first(
            connection,
            "SELECT state FROM run WHERE id = ? FOR UPDATE",
            row -> RunState.valueOf(Sql.text(row, "state")),
            run)
        .orElseThrow(() -> new SQLException("no run " + run));
  }

  /** Promises a doorbell for a READY step. */
  static void ring(Connection connection, String run, String step) throws SQLException {
    Sql.update(
        connection,
        "INSERT INTO outbox (pool, run_id, step, created_at)"
            + " SELECT pool, run_id, name, CURRENT_TIMESTAMP FROM step"
            + " WHERE run_id = ? AND name = ?",
        run,
        step);
    Sql.update(
        connection,
        "UPDATE step SET rung_at = CURRENT_TIMESTAMP WHERE run_id = ? AND name = ?",
        run,
        step);
  }

  static void makeReady(Connection connection, String run, String step) throws SQLException {
    Sql.update(
        connection,
        "UPDATE step SET state = 'READY', ready_at = CURRENT_TIMESTAMP, lease_owner = NULL,"
            + " lease_until = NULL, progress = NULL WHERE run_id = ? AND name = ?",
        run,
        step);
    ring(connection, run, step);
  }

  /** Makes READY what waits for nothing any more; returns how many steps that were. */
  static int wakeSuccessors(Connection connection, String run) throws SQLException {
    List<String> ready =
        Sql.list(
            connection,
            "SELECT w.name FROM step w WHERE w.run_id = ? AND w.state = 'WAITING'"
                + " AND NOT EXISTS (SELECT 1 FROM step_input i JOIN step p"
                + " ON p.run_id = i.run_id AND p.name = i.from_step"
                + " WHERE i.run_id = w.run_id AND i.step = w.name"
                + " AND p.state NOT IN ('DONE', 'CACHED'))",
            row -> Sql.text(row, "name"),
            run);
    for (String step : ready) {
      makeReady(connection, run, step);
    }
    return ready.size();
  }

  /** Steps that can never start, because something before them has no output, are skipped. */
  static void skipDescendants(Connection connection, String run) throws SQLException {
    for (int skipped = 1; skipped > 0; ) {
      Map<String, String> blocked =
          Sql.list(
                  connection,
                  "SELECT w.name AS name, MIN(p.name) AS blocker FROM step w"
                      + " JOIN step_input i ON i.run_id = w.run_id AND i.step = w.name"
                      + " JOIN step p ON p.run_id = i.run_id AND p.name = i.from_step"
                      + " WHERE w.run_id = ? AND w.state = 'WAITING'"
                      + " AND p.state IN ('FAILED', 'SKIPPED', 'CANCELLED') GROUP BY w.name",
                  row -> Map.entry(Sql.text(row, "name"), Sql.text(row, "blocker")),
                  run)
              .stream()
              .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
      for (Map.Entry<String, String> step : blocked.entrySet()) {
        Sql.update(
            connection,
            "UPDATE step SET state = 'SKIPPED', reason = ? WHERE run_id = ? AND name = ?",
            "needs " + step.getValue() + ", which has no output",
            run,
            step.getKey());
      }
      skipped = blocked.size();
    }
  }

  static void endAttempt(
      Connection connection,
      String run,
      String step,
      int fence,
      Outcome outcome,
      @Nullable String message)
      throws SQLException {
    Sql.update(
        connection,
        "UPDATE attempt SET ended_at = CURRENT_TIMESTAMP, outcome = ?, message = ?"
            + " WHERE run_id = ? AND step = ? AND fence = ? AND outcome = 'RUNNING'",
        outcome,
        Sql.cut(message, 4000),
        run,
        step,
        fence);
  }

  /** Frees the slot of this claim, and rings for whoever waits for one in the same pool. */
  static void releaseSlot(Connection connection, String run, String step, int fence)
      throws SQLException {
    List<String> pools =
        Sql.list(
            connection,
            "SELECT pool FROM slot WHERE holder_run = ? AND holder_step = ? AND holder_fence = ?",
            row -> Sql.text(row, "pool"),
            run,
            step,
            fence);
    Sql.update(
        connection,
        "UPDATE slot SET holder_run = NULL, holder_step = NULL, holder_fence = NULL"
            + " WHERE holder_run = ? AND holder_step = ? AND holder_fence = ?",
        run,
        step,
        fence);
    for (String pool : pools) {
      Sql.update(
          connection,
          "INSERT INTO outbox (pool, run_id, step, created_at)"
              + " SELECT pool, run_id, name, CURRENT_TIMESTAMP FROM step"
              + " WHERE state = 'READY' AND pool = ?"
              + " ORDER BY ready_at, ordinal FETCH FIRST 1 ROWS ONLY",
          pool);
    }
  }

  /** The state of the run follows from its steps. */
  static RunState settle(Connection connection, String run) throws SQLException {
    Map<StepState, Long> steps =
        Sql.list(
                connection,
                "SELECT state FROM step WHERE run_id = ?",
                row -> StepState.valueOf(Sql.text(row, "state")),
                run)
            .stream()
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    RunState state;
    if (steps.containsKey(StepState.READY) || steps.containsKey(StepState.RUNNING)) {
      state = RunState.RUNNING;
    } else if (steps.containsKey(StepState.IN_REVIEW)) {
      state = RunState.IN_REVIEW;
    } else if (steps.containsKey(StepState.WAITING)) {
      state = RunState.RUNNING;
    } else if (steps.containsKey(StepState.FAILED)) {
      state = RunState.FAILED;
    } else if (steps.containsKey(StepState.CANCELLED)) {
      state = RunState.CANCELLED;
    } else {
      state = RunState.DONE;
    }
    Sql.update(
        connection,
        state.isFinal()
            ? "UPDATE run SET state = ?, ended_at = CURRENT_TIMESTAMP WHERE id = ? AND state <> ?"
            : "UPDATE run SET state = ?, ended_at = NULL WHERE id = ? AND state <> ?",
        state,
        run,
        state);
    return state;
  }

  static void audit(
      Connection connection, String who, String what, String subject, @Nullable String detail)
      throws SQLException {
    Sql.update(
        connection,
        "INSERT INTO audit (happened_at, who, what, subject, detail)"
            + " VALUES (CURRENT_TIMESTAMP, ?, ?, ?, ?)",
        Sql.cut(who, 200),
        what,
        subject,
        Sql.cut(detail, 4000));
  }
}

package io.ingot.run;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts right what died: run every few seconds on every node, it never does harm twice. Thread-safe.
 */
public final class Sweeper {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

  private final Database database;
  private final RunSettings settings;
  private final Completion completion;

  public Sweeper(Database database, RunSettings settings) {
    this.database = database;
    this.settings = settings;
    this.completion = new Completion(database, settings);
  }

  private record Held(String run, String step, int fence, String owner) {}

  /** One round. */
  public void sweep() {
    expireLeases();
    freeSlots();
    ringAgain();
    wakeForgotten();
    expireReviews();
  }

  /** A step whose lease ran out is READY again, or FAILED when it was lost too often. */
  public void expireLeases() {
    lose(
        database.transaction(
            connection ->
                Sql.list(
                    connection,
                    "SELECT run_id, name, fence, lease_owner FROM step"
                        + " WHERE state = 'RUNNING' AND lease_until < CURRENT_TIMESTAMP",
                    Sweeper::held)),
        "no heartbeat of its engine came in time");
  }

  /** Steps of engines that are known to be dead need not wait for their leases. */
  void loseAllOf(String engine) {
    lose(
        database.transaction(
            connection ->
                Sql.list(
                    connection,
                    "SELECT run_id, name, fence, lease_owner FROM step"
                        + " WHERE state = 'RUNNING' AND lease_owner = ?",
                    Sweeper::held,
                    engine)),
        "its engine died");
  }

  private static Held held(ResultSet row) throws SQLException {
    return new Held(
        Sql.text(row, "run_id"),
        Sql.text(row, "name"),
        row.getInt("fence"),
        String.valueOf(row.getString("lease_owner")));
  }

  private void lose(List<Held> steps, String why) {
    for (Held step : steps) {
      StepState state =
          database.transaction(
              connection -> {
                Transitions.lock(connection, step.run);
                return completion.fail(
                    connection, step.run, step.step, step.fence, FailureCode.LOST, why);
              });
      LOG.info("{} of run {} lost ({}), now {}", step.step, step.run, why, state);
    }
  }

  private void freeSlots() {
    record Slot(String run, String step, int fence) {}
    List<Slot> orphans =
        database.transaction(
            connection ->
                Sql.list(
                    connection,
                    "SELECT holder_run, holder_step, holder_fence FROM slot l"
                        + " WHERE holder_run IS NOT NULL AND NOT EXISTS (SELECT 1 FROM step s"
                        + " WHERE s.run_id = l.holder_run AND s.name = l.holder_step"
                        + " AND s.fence = l.holder_fence AND s.state = 'RUNNING')",
                    row ->
                        new Slot(
                            Sql.text(row, "holder_run"),
                            Sql.text(row, "holder_step"),
                            row.getInt("holder_fence"))));
    for (Slot slot : orphans) {
      database.execute(
          connection -> {
            Transitions.lock(connection, slot.run);
            if (!Sql.exists(
                connection,
                "SELECT 1 FROM step WHERE run_id = ? AND name = ? AND fence = ?"
                    + " AND state = 'RUNNING'",
                slot.run,
                slot.step,
                slot.fence)) {
              LOG.warn("slot of {} in run {} was held by nobody", slot.step, slot.run);
              Transitions.releaseSlot(connection, slot.run, slot.step, slot.fence);
            }
          });
    }
  }

  private record Name(String run, String step) {}

  /** Doorbells may be lost: only the database remembers. */
  private void ringAgain() {
    database.execute(
        connection -> {
          Instant old = Sql.now(connection).minus(settings.ringAgain());
          for (Name step :
              Sql.list(
                  connection,
                  "SELECT run_id, name FROM step WHERE state = 'READY'"
                      + " AND (not_before IS NULL OR not_before <= CURRENT_TIMESTAMP)"
                      + " AND (rung_at IS NULL OR rung_at < ? OR rung_at < not_before)",
                  row -> new Name(Sql.text(row, "run_id"), Sql.text(row, "name")),
                  old)) {
            Transitions.ring(connection, step.run, step.step);
          }
        });
  }

  /** Belt and braces: finds something only when a transition has a bug. */
  private void wakeForgotten() {
    List<String> runs =
        database.transaction(
            connection ->
                Sql.list(
                    connection,
                    "SELECT id FROM run WHERE state = 'RUNNING'",
                    row -> Sql.text(row, "id")));
    for (String run : runs) {
      int woken =
          database.transaction(
              connection -> {
                Transitions.lock(connection, run);
                return Transitions.wakeSuccessors(connection, run);
              });
      if (woken > 0) {
        LOG.warn("{} steps of run {} waited for nothing; this is a bug", woken, run);
      }
    }
  }

  private void expireReviews() {
    database.transaction(
        connection ->
            Sql.update(
                connection,
                "UPDATE review SET state = 'EXPIRED'"
                    + " WHERE state = 'PENDING' AND expires_at < CURRENT_TIMESTAMP"));
  }
}

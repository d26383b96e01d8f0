package io.ingot.run;

import java.util.List;
import java.util.function.Consumer;

/**
 * Doorbells that transactions promised. Sent first and deleted afterwards: a crash in between rings
 * twice, which does no harm. Thread-safe.
 */
public final class Outbox {
  private final Database database;

  public Outbox(Database database) {
    this.database = database;
  }

  /** A hint that there may be work in a pool. */
  public record Doorbell(long id, String pool, String run, String step) {}

  /** Hands all promised doorbells to {@code bell}, oldest first; returns their number. */
  public int relay(Consumer<Doorbell> bell) {
    List<Doorbell> promised =
        database.transaction(
            connection ->
                Sql.list(
                    connection,
                    "SELECT id, pool, run_id, step FROM outbox ORDER BY id"
                        + " FETCH FIRST 200 ROWS ONLY",
                    row ->
                        new Doorbell(
                            row.getLong("id"),
                            Sql.text(row, "pool"),
                            Sql.text(row, "run_id"),
                            Sql.text(row, "step"))));
    for (Doorbell doorbell : promised) {
      bell.accept(doorbell);
      database.transaction(
          connection -> Sql.update(connection, "DELETE FROM outbox WHERE id = ?", doorbell.id()));
    }
    return promised.size();
  }
}

package io.ingot.run;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was done outside of the house. STARTED without DONE means: ask the target before doing it
 * again. Thread-safe.
 */
public final class EffectLedger {
  private final Database database;

  public EffectLedger(Database database) {
    this.database = database;
  }

  /** One effect; the receipt is null until it is done. */
  public record Entry(String key, String target, @Nullable String receipt) {}

  public Optional<Entry> find(String key) {
    return database.transaction(
        connection ->
            Sql.first(
                connection,
                "SELECT effect_key, target, receipt FROM effect WHERE effect_key = ?",
                row ->
                    new Entry(
                        Sql.text(row, "effect_key"),
                        Sql.text(row, "target"),
                        row.getString("receipt")),
                key));
  }

  /** Records the intention. An entry that is there stays as it is. */
  public void started(Claim claim, String key, String target) {
    database.execute(
        connection -> {
          if (!Sql.exists(connection, "SELECT 1 FROM effect WHERE effect_key = ?", key)) {
            Sql.update(
                connection,
                "INSERT INTO effect (effect_key, run_id, step, target, state, started_at)"
                    + " VALUES (?, ?, ?, ?, 'STARTED', CURRENT_TIMESTAMP)",
                key,
                claim.run(),
                claim.step(),
                target);
          }
        });
  }

  /** Records what the target answered. */
  public void done(String key, String receipt) {
    database.transaction(
        connection ->
            Sql.update(
                connection,
                "UPDATE effect SET state = 'DONE', receipt = ?, done_at = CURRENT_TIMESTAMP"
                    + " WHERE effect_key = ?",
                receipt,
                key));
  }
}

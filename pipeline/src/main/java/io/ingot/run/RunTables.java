package io.ingot.run;

import java.nio.file.Path;

/** Everything that is done with the tables of one database. Thread-safe. */
public record RunTables(
    Database database,
    RunStore runs,
    Claims claims,
    Completion completion,
    Sweeper sweeper,
    Outbox outbox,
    ResultCache cache,
    EffectLedger effects,
    ReviewDesk reviews,
    Engines engines)
    implements AutoCloseable {

  /** Opens the database in this folder, see {@link Database#inFolder}. */
  public static RunTables inFolder(Path folder) {
    return of(Database.inFolder(folder), RunSettings.DEFAULT);
  }

  public static RunTables of(Database database, RunSettings settings) {
    Sweeper sweeper = new Sweeper(database, settings);
    return new RunTables(
        database,
        new RunStore(database, settings),
        new Claims(database, settings),
        new Completion(database, settings),
        sweeper,
        new Outbox(database),
        new ResultCache(database),
        new EffectLedger(database),
        new ReviewDesk(database),
        new Engines(database, sweeper));
  }

  @Override
  public void close() {
    database.close();
  }
}

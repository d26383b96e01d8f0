package io.ingot.run;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class H2RunTablesTest extends RunTablesContract {
  @SuppressWarnings("NullAway.Init")
  private static Database database;

  @BeforeAll
  static void open() {
    database = Database.open("jdbc:h2:mem:contract;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000", "sa", "");
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @Override
  Database database() {
    return database;
  }
}

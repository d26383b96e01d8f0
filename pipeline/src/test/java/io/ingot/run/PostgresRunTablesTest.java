package io.ingot.run;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same on a real PostgreSQL, which is unpacked and started for the test. */
class PostgresRunTablesTest extends RunTablesContract {
  private static @Nullable EmbeddedPostgres server;

  @SuppressWarnings("NullAway.Init")
  private static Database database;

  @BeforeAll
  static void open() {
    try {
      server = EmbeddedPostgres.builder().start();
    } catch (IOException | IllegalStateException e) {
      assumeTrue(false, "PostgreSQL does not start here: " + e);
      return;
    }
    database = Database.open(server.getJdbcUrl("postgres", "postgres"), "postgres", "");
  }

  @AfterAll
  static void close() throws IOException {
    if (server != null) {
      database.close();
      server.close();
    }
  }

  @Override
  Database database() {
    return database;
  }
}

package io.ingot.run;

import io.ingot.error.IngotException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the tables to the version that this program knows, and refuses newer ones. */
final class Schema {
  /** Version of the newest file in the migration folder; a test holds them equal. */
  static final int VERSION = 1;

  static final String LOCATION = "io/ingot/run/migration";

  private Schema() {}

  static void migrate(DataSource source) {
    Optional<Integer> version = version(source);
    if (version.isPresent() && version.get() > VERSION) {
      throw IngotException.conflict(
          "the database was written by a newer Ingot (schema "
              + version.get()
              + ", this one knows "
              + VERSION
              + "); use that version or another --home");
    }
    // Asking first saves most starts the half second that Flyway takes.
    if (version.isEmpty() || version.get() < VERSION) {
      Flyway.configure()
          .dataSource(source)
          .locations("classpath:" + LOCATION)
          .validateMigrationNaming(true)
          .load()
          .migrate();
    }
  }

  private static Optional<Integer> version(DataSource source) {
    try (Connection connection = source.getConnection()) {
      if (!Sql.exists(
          connection,
          "SELECT 1 FROM information_schema.tables WHERE table_name = 'flyway_schema_history'")) {
        return Optional.empty();
      }
      return Sql.first(
          connection,
          "SELECT \"version\" FROM \"flyway_schema_history\" WHERE \"success\" = TRUE AND \"version\" IS NOT NULL"
              + " ORDER BY \"installed_rank\" DESC",
          row -> Integer.parseInt(Sql.text(row, "version")));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}

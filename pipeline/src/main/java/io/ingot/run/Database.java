package io.ingot.run;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The connections to the one truth, and the transactions on it. H2 in a file by default, PostgreSQL
 * by URL; the statements are the same. Thread-safe.
 */
public final class Database implements AutoCloseable {
  private static final int TRIES = 8;

  /**
   * Serialization failure, deadlock (both engines), H2: row changed, lock timeout; unique key. With
   * H2 the process that serves the file may end at any moment: its clients see a broken or closed
   * database, and the next connection makes one of them the server.
   */
  private static final Set<String> RETRYABLE =
      Set.of("40001", "40P01", "90131", "50200", "HYT00", "23505", "90067", "90098", "90121");

  private static final String BROKEN_CONNECTION = "08";

  private final HikariDataSource connections;

  /**
   * H2 closes its file when the thread that reads it is interrupted, and running steps are
   * interrupted; so no caller's thread ever touches the database.
   */
  private final ExecutorService workers =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("database-", 0).factory());

  private Database(HikariDataSource connections) {
    this.connections = connections;
  }

  /**
   * Opens the database below this folder, and creates it when it is not there. Other processes may
   * open it at the same time: the first one serves them on the loopback interface.
   */
  public static Database inFolder(Path folder) {
    String path = folder.resolve("ingot").toAbsolutePath().toString();
    if (path.contains(";")) {
      throw IngotException.usage(
          "the home folder cannot lie in " + folder + ": the path must not contain ';'");
    }
    // Read once by H2, when its first class is loaded.
    System.setProperty("h2.bindAddress", "127.0.0.1");
    // A commit survives the death of the process only without H2's write delay.
    return open(
        "jdbc:h2:file:" + path + ";AUTO_SERVER=TRUE;WRITE_DELAY=0;LOCK_TIMEOUT=10000", "sa", "");
  }

  /** Opens the database at this JDBC URL and brings its tables up to date. */
  public static Database open(String url, String user, String password) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword(password);
    config.setPoolName("ingot");
    config.setMaximumPoolSize(8);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(30_000);
    try {
      HikariDataSource connections = new HikariDataSource(config);
      try {
        Schema.migrate(connections);
        return new Database(connections);
      } catch (RuntimeException e) {
        connections.close();
        throw e;
      }
    } catch (IngotException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IngotException(
          ErrorKind.FAILED, "cannot open the database " + url + ": " + rootMessage(e), e);
    }
  }

  /** Work inside one transaction. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /** Work inside one transaction that has no result. */
  @FunctionalInterface
  public interface Change {
    void in(Connection connection) throws SQLException;
  }

  /** {@link #transaction} without a result. */
  public void execute(Change change) {
    transaction(
        connection -> {
          change.in(connection);
          return true;
        });
  }

  /**
   * Commits what {@code work} did, or nothing of it. It is done again where the database gave up
   * for the sake of another transaction, so it must not act outside of the database.
   */
  public <T> T transaction(Work<T> work) {
    Future<T> result = workers.submit(() -> transact(work));
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true; // the transaction goes on; the caller hears of it afterwards
        } catch (ExecutionException e) {
          throw rethrow(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException rethrow(@Nullable Throwable cause) {
    return switch (cause) {
      case RuntimeException e -> e;
      case Error error -> throw error;
      case null, default -> new IllegalStateException(cause);
    };
  }

  private <T> T transact(Work<T> work) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = connections.getConnection()) {
        connection.setAutoCommit(false);
        try {
          T result = work.in(connection);
          connection.commit();
          return result;
        } catch (SQLException | RuntimeException | Error e) {
          connection.rollback();
          throw e;
        }
      } catch (SQLException e) {
        if (attempt == TRIES || !retryable(e)) {
          throw failure(e);
        }
        Thread.sleep(ThreadLocalRandom.current().nextInt(1, 5 << attempt));
      }
    }
  }

  private static boolean retryable(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith(BROKEN_CONNECTION)
        || RETRYABLE.contains(state)
        || RETRYABLE.contains(Integer.toString(e.getErrorCode()));
  }

  private static IngotException failure(SQLException e) {
    String message = rootMessage(e);
    boolean full = message.toLowerCase(Locale.ROOT).contains("no space left");
    return new IngotException(
        ErrorKind.FAILED,
        full
            ? "the disk of the home folder is full; make room and start the same command again"
            : "the database failed: " + message,
        e);
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  @Override
  public void close() {
    workers.shutdown();
    connections.close();
  }
}

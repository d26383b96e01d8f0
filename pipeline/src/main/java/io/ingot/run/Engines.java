package io.ingot.run;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Processes that claim steps, so that the steps of a dead one can be freed. Thread-safe. */
public final class Engines {
  private final Database database;
  private final Sweeper sweeper;

  public Engines(Database database, Sweeper sweeper) {
    this.database = database;
    this.sweeper = sweeper;
  }

  private record Engine(String id, long pid, String pidStarted) {}

  /** Enters this process; the id owns its claims. */
  public String register(String purpose) {
    String id = UUID.randomUUID().toString();
    ProcessHandle self = ProcessHandle.current();
    database.transaction(
        connection ->
            Sql.update(
                connection,
                "INSERT INTO engine (id, host, pid, pid_started, purpose, started_at)"
                    + " VALUES (?, ?, ?, ?, ?, CURRENT_TIMESTAMP)",
                id,
                host(),
                self.pid(),
                started(self),
                Sql.cut(purpose, 1000)));
    return id;
  }

  public void unregister(String id) {
    database.transaction(
        connection -> Sql.update(connection, "DELETE FROM engine WHERE id = ?", id));
  }

  /** Frees at once what engines on this host held whose process is gone. */
  public void freeDead() {
    List<Engine> here =
        database.transaction(
            connection ->
                Sql.list(
                    connection,
                    "SELECT id, pid, pid_started FROM engine WHERE host = ?",
                    row ->
                        new Engine(
                            Sql.text(row, "id"), row.getLong("pid"), Sql.text(row, "pid_started")),
                    host()));
    for (Engine engine : here) {
      if (!isAlive(engine)) {
        sweeper.loseAllOf(engine.id);
        unregister(engine.id);
      }
    }
  }

  /** A process id is used again; with the time of its start it is unique. */
  private static boolean isAlive(Engine engine) {
    return ProcessHandle.of(engine.pid)
        .filter(ProcessHandle::isAlive)
        .filter(process -> started(process).equals(engine.pidStarted))
        .isPresent();
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  private static String host() {
    try {
      Path kernel = Path.of("/proc/sys/kernel/hostname");
      if (Files.isReadable(kernel)) {
        return Files.readString(kernel).strip(); // never waits for a name server
      }
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }
}

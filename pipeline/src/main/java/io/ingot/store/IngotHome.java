package io.ingot.store;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The folder that holds database, artifacts and logs. */
public record IngotHome(Path path) {
  /** {@code --home}, else INGOT_HOME, else {@code ~/.ingot}. */
  public static IngotHome of(@Nullable Path option, Map<String, String> environment) {
    if (option != null) {
      return new IngotHome(option.toAbsolutePath().normalize());
    }
    String variable = environment.get("INGOT_HOME");
    Path path =
        variable == null || variable.isBlank()
            ? Path.of(System.getProperty("user.home"), ".ingot")
            : Path.of(variable);
    return new IngotHome(path.toAbsolutePath().normalize());
  }

  public Path database() {
    return path.resolve("db");
  }

  public Path artifacts() {
    return path.resolve("artifacts");
  }

  /** Scratch folders of unfinished work, by cache key. */
  public Path scratch() {
    return path.resolve("scratch");
  }

  /** What steps remember between runs, by kind; it may be deleted at any time. */
  public Path memory() {
    return path.resolve("memory");
  }

  public Path logs() {
    return path.resolve("logs");
  }

  /** Stores of embedded Hubs. */
  public Path hubs() {
    return path.resolve("hubs");
  }
}

package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.run.EngineLock;
import io.ingot.run.RunTables;
import io.ingot.store.ArtifactStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runs gc}. */
@Command(
    name = "gc",
    description = {
      "Show which artifacts nothing needs any more; --delete takes them away.",
      "Kept are those of unfinished runs, of the newest runs, and of a young cache."
    })
final class RunsGcCommand extends IngotCommand {
  @Option(names = "--keep-runs", defaultValue = "10", description = "Newest runs to keep (10).")
  int keepRuns;

  @Option(
      names = "--keep-days",
      defaultValue = "30",
      description = "Results younger than so many days are kept (30).")
  int keepDays;

  @Option(names = "--delete", description = "Do it, instead of showing it.")
  boolean delete;

  @Override
  public Integer call() throws IOException {
    if (keepRuns < 0 || keepDays < 0) {
      throw IngotException.usage("--keep-runs and --keep-days must not be negative");
    }
    Console console = console();
    ArtifactStore artifacts = new ArtifactStore(home().artifacts());
    try (EngineLock _ = EngineLock.acquire(home().path(), "runs gc");
        RunTables tables = RunsCommand.tables(this)) {
      Set<String> kept =
          tables.cache().inUse(keepRuns, Instant.now().minus(Duration.ofDays(keepDays)));
      Set<String> doomed = new TreeSet<>(artifacts.list());
      doomed.removeAll(kept);
      long bytes = 0;
      List<Map<String, Object>> rows = new ArrayList<>();
      if (delete) {
        tables.cache().forget(doomed);
      }
      for (String digest : doomed) {
        long size = artifacts.bytes(digest);
        bytes += size;
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("artifact", artifacts.path(digest).toString());
        row.put("bytes", size);
        rows.add(row);
        if (delete) {
          artifacts.delete(digest);
        }
        if (!json()) {
          console.result(String.format(Locale.ROOT, "%s  %,d bytes", artifacts.path(digest), size));
        }
      }
      if (json()) {
        console.result(Map.of("deleted", delete, "bytes", bytes, "artifacts", rows));
      } else {
        console.result(
            String.format(
                Locale.ROOT,
                "%d artifacts, %,d bytes%s",
                rows.size(),
                bytes,
                delete ? " deleted" : "; --delete takes them away"));
      }
    }
    return 0;
  }
}

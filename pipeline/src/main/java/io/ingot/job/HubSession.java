package io.ingot.job;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.hub.HubClient;
import io.ingot.hub.HubConfig;
import io.ingot.hub.server.EmbeddedHub;
import io.ingot.store.IngotHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Hub of a job, open as long as this is: that of the environment, or one inside the process.
 * The store of an embedded Hub lies in the home, one for each served folder, and belongs to one
 * process at a time.
 */
public final class HubSession implements AutoCloseable {
  private final HubClient client;
  private final @Nullable EmbeddedHub embedded;
  private final @Nullable Path temporary;

  private HubSession(HubClient client, @Nullable EmbeddedHub embedded, @Nullable Path temporary) {
    this.client = client;
    this.embedded = embedded;
    this.temporary = temporary;
  }

  /**
   * Opens it for a run, which writes to it.
   *
   * @throws IngotException CONFLICT when another process serves the same folder from this home
   */
  public static HubSession open(JobSpec job, IngotHome home, Map<String, String> environment) {
    return job.embeddedHub()
        .map(folder -> start(folder, EmbeddedHub.store(home.hubs(), folder), environment, null))
        .orElseGet(() -> new HubSession(HubClient.of(environment), null, null));
  }

  /**
   * Opens it to look only. Beside a process that serves the folder already it serves what lies in
   * the folder, under the same commits, which depend on content alone.
   */
  public static HubSession toRead(JobSpec job, IngotHome home, Map<String, String> environment) {
    try {
      return open(job, home, environment);
    } catch (IngotException e) {
      if (e.kind() != ErrorKind.CONFLICT || job.embeddedHub().isEmpty()) {
        throw e;
      }
      try {
        Path store = Files.createTempDirectory("ingot-hub-");
        return start(job.embeddedHub().get(), store, environment, store);
      } catch (IOException wrong) {
        throw new IngotException(ErrorKind.FAILED, "no temporary folder: " + wrong, wrong);
      }
    }
  }

  private static HubSession start(
      Path folder, Path store, Map<String, String> environment, @Nullable Path temporary) {
    EmbeddedHub hub = EmbeddedHub.start(folder, store, 0, Optional.empty());
    HubConfig config = HubConfig.of(environment).at(hub.uri(), Optional.empty());
    return new HubSession(new HubClient(config), hub, temporary);
  }

  public Hub hub() {
    return client;
  }

  @Override
  public void close() {
    client.close();
    if (embedded != null) {
      embedded.close();
    }
    if (temporary != null) {
      delete(temporary);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}

package io.ingot.route;

import io.ingot.hub.AccessToken;
import io.ingot.hub.Hub;
import io.ingot.hub.HubClient;
import io.ingot.hub.HubConfig;
import io.ingot.hub.server.EmbeddedHub;
import io.ingot.store.IngotHome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The Hub of a job: one of its own on a loopback port while it is open, or that of HF_ENDPOINT. */
public final class JobHub implements AutoCloseable {
  private final HubClient client;
  private final @Nullable EmbeddedHub server;

  private JobHub(HubClient client, @Nullable EmbeddedHub server) {
    this.client = client;
    this.server = server;
  }

  /**
   * Opens the Hub of a job.
   *
   * @param imports the folder of the key {@code hub.embedded}; without it the environment's Hub
   */
  public static JobHub open(
      Optional<Path> imports, IngotHome home, Map<String, String> environment) {
    HubConfig config = HubConfig.of(environment);
    if (imports.isEmpty()) {
      return new JobHub(new HubClient(config), null);
    }
    Path folder = imports.get().toAbsolutePath().normalize();
    EmbeddedHub server =
        EmbeddedHub.start(folder, home.hubs().resolve(name(folder)), 0, Optional.empty());
    // It serves this machine alone; a token for the world has no business there.
    return new JobHub(
        new HubClient(config.at(server.uri(), Optional.<AccessToken>empty())), server);
  }

  /** The same folder has the same store, whatever it is called by. */
  private static String name(Path folder) {
    try {
      byte[] sha =
          MessageDigest.getInstance("SHA-256")
              .digest(folder.toString().getBytes(StandardCharsets.UTF_8));
      return folder.getFileName() + "-" + HexFormat.of().formatHex(sha, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  public Hub hub() {
    return client;
  }

  @Override
  public void close() {
    client.close();
    if (server != null) {
      server.close();
    }
  }
}

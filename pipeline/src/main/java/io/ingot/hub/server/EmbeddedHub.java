package io.ingot.hub.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Hub inside the process. Folders below {@code imports} are repositories from the first start on;
 * what is pushed lies in {@code store} and survives restarts and crashes.
 */
public final class EmbeddedHub implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedHub.class);
  private static final int BACKLOG = 64;

  static {
    // Without it every small answer waits 40 ms for an acknowledgment.
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private final HttpServer server;
  private final ExecutorService workers;
  private final HubStore store;
  private final URI uri;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedHub(HttpServer server, ExecutorService workers, HubStore store, URI uri) {
    this.server = server;
    this.workers = workers;
    this.store = store;
    this.uri = uri;
  }

  /**
   * Serves on the loopback address.
   *
   * @param imports folder with {@code ORG/NAME} and {@code datasets/ORG/NAME} folders
   * @param store folder of the Hub's own, one process at a time
   * @param port 0 for a free one
   * @param token what writing and private repositories ask for; empty for an open Hub
   * @throws IngotException NOT_FOUND without the folder, CONFLICT when the port or the store is
   *     taken
   */
  public static EmbeddedHub start(Path imports, Path store, int port, Optional<String> token) {
    return start(imports, store, InetAddress.getLoopbackAddress(), port, token);
  }

  /** The same on an address of this machine. */
  public static EmbeddedHub start(
      Path imports, Path store, InetAddress address, int port, Optional<String> token) {
    if (!Files.isDirectory(imports)) {
      throw IngotException.notFound("there is no folder " + imports + " to serve");
    }
    HttpServer server = bind(address, port);
    HubStore opened = null;
    try {
      opened = HubStore.open(store);
      new FolderImport(opened).run(imports);
      String host = address.getHostAddress();
      URI uri =
          URI.create(
              "http://"
                  + (host.contains(":") ? "[" + host + "]" : host)
                  + ":"
                  + server.getAddress().getPort());
      Router router = new Router(opened, new Access(token), uri.toString());
      server.createContext("/", exchange -> answer(router, exchange));
      ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
      server.setExecutor(workers);
      server.start();
      return new EmbeddedHub(server, workers, opened, uri);
    } catch (IOException e) {
      abandon(server, opened);
      throw new IngotException(
          ErrorKind.FAILED, "cannot serve " + imports + " with the store " + store + ": " + e, e);
    } catch (IngotException e) {
      abandon(server, opened);
      throw e;
    }
  }

  /**
   * The store of a served folder below the folder of all stores: named after it, so that a person
   * finds it, and told apart by its whole path.
   */
  public static Path store(Path stores, Path served) {
    Path folder = served.toAbsolutePath().normalize();
    UUID id = UUID.nameUUIDFromBytes(folder.toString().getBytes(StandardCharsets.UTF_8));
    return stores.resolve(folder.getFileName() + "-" + id.toString().substring(0, 8));
  }

  /** Where it answers, without a trailing slash. */
  public URI uri() {
    return uri;
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    server.stop(0);
    workers.shutdownNow();
    closeQuietly(store);
  }

  private static void abandon(
      HttpServer server, @org.jspecify.annotations.Nullable HubStore store) {
    server.stop(0);
    if (store != null) {
      closeQuietly(store);
    }
  }

  private static HttpServer bind(InetAddress address, int port) {
    try {
      return HttpServer.create(new InetSocketAddress(address, port), BACKLOG);
    } catch (BindException e) {
      throw new IngotException(
          ErrorKind.CONFLICT,
          "port "
              + port
              + " of "
              + address.getHostAddress()
              + " is taken by another process (or not for us); choose another one, --port 0 takes a"
              + " free one",
          e);
    } catch (IOException e) {
      throw new IngotException(ErrorKind.FAILED, "cannot listen on port " + port + ": " + e, e);
    }
  }

  private static void answer(Router router, HttpExchange http) {
    try (http) {
      try {
        router.route(new ApiExchange(http));
      } catch (ApiError refusal) {
        refuse(http, refusal);
      } catch (IngotException e) {
        refuse(http, ApiError.badRequest(String.valueOf(e.getMessage())));
      } catch (IOException e) {
        // Our disk, unless it is the caller who went away: then the refusal fails too.
        refuse(http, new ApiError(507, Optional.empty(), "This Hub's disk is full or fails"));
        LOG.warn(
            "{} {}: {}", http.getRequestMethod(), http.getRequestURI().getPath(), e.toString());
      } catch (RuntimeException e) {
        LOG.error("{} {} failed", http.getRequestMethod(), http.getRequestURI().getPath(), e);
        refuse(http, new ApiError(500, Optional.empty(), "This Hub failed; its log says why"));
      }
    } catch (IOException e) {
      LOG.debug("{} {} broke off", http.getRequestMethod(), http.getRequestURI().getPath(), e);
    }
  }

  private static void refuse(HttpExchange http, ApiError refusal) throws IOException {
    if (http.getResponseCode() != -1) {
      throw new IOException("failed after the answer had begun", refusal);
    }
    String message = String.valueOf(refusal.getMessage());
    refusal.code().ifPresent(c -> http.getResponseHeaders().set("X-Error-Code", c));
    http.getResponseHeaders().set("X-Error-Message", message.replaceAll("[^\\x20-\\x7e]", "?"));
    byte[] body =
        ApiExchange.JSON.writeValueAsBytes(
            ApiExchange.JSON.createObjectNode().put("error", message));
    http.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
    boolean head = http.getRequestMethod().equals("HEAD");
    http.sendResponseHeaders(refusal.status(), head ? -1 : body.length);
    if (!head) {
      http.getResponseBody().write(body);
    }
  }

  private static void closeQuietly(HubStore store) {
    try {
      store.close();
    } catch (IOException e) {
      LOG.debug("closing the store failed", e);
    }
  }
}

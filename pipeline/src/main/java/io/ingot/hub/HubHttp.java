package io.ingot.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests and follows redirects by hand, so that the token stays with the host it is for.
 * Thread-safe.
 */
final class HubHttp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HubHttp.class);
  private static final Duration WORTH_A_WORD = Duration.ofSeconds(10);
  private static final int MAX_REDIRECTS = 10;
  private static final Duration WATCH = Duration.ofMillis(500);

  /** How long a server may take to store what it has got. */
  private static final Duration STORING = Duration.ofMinutes(5);

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> TRANSIENT = Set.of(408, 429, 500, 502, 503, 504);

  private final HubConfig config;
  private final RetryPolicy retries;
  private final HttpClient client;

  HubHttp(HubConfig config, RetryPolicy retries, Map<String, String> environment) {
    this.config = config;
    this.retries = retries;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(config.metadataTimeout())
            .proxy(EnvironmentProxies.of(environment))
            .build();
  }

  HubConfig config() {
    return config;
  }

  RetryPolicy retries() {
    return retries;
  }

  /**
   * One try, redirects included; any status comes back.
   *
   * @throws IOException when no answer came
   */
  HubReply once(HubCall call) throws IOException {
    URI uri = call.uri();
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = send(call, uri);
      HubReply reply =
          new HubReply(
              uri,
              response.statusCode(),
              response.headers(),
              new IdleTimeoutStream(response.body(), config.idleTimeout()));
      Optional<String> location = reply.header("Location");
      if (!REDIRECTS.contains(reply.status()) || location.isEmpty()) {
        return reply;
      }
      reply.close();
      uri = next(call, uri, location.get());
    }
    throw new IOException(config.endpoint().getHost() + " redirects without end");
  }

  /**
   * Tries until an answer of the 2xx kind comes.
   *
   * @param subject what is asked for, for messages, e.g. {@code repository acme/x}
   * @throws io.ingot.error.IngotException when the Hub refuses or stays away
   */
  HubReply insist(HubCall call, Subject subject) {
    for (int failures = 1; ; failures++) {
      try {
        HubReply reply = once(call);
        if (reply.isSuccess()) {
          return reply;
        }
        try (reply) {
          throw refusal(reply, subject);
        }
      } catch (IOException e) {
        pauseOrGiveUp(failures, e, call.uri());
      }
    }
  }

  /** What an answer that is none of 2xx means: a transient failure is returned, others thrown. */
  TransientFailure refusal(HubReply reply, Subject subject) {
    String why =
        reply.uri().getHost() + " answered " + reply.status() + HubRefusal.reason(reply, config);
    if (TRANSIENT.contains(reply.status()) || HubRefusal.isBusy(reply, why)) {
      return new TransientFailure(why, RateLimit.wait(reply.headers()), null);
    }
    throw HubRefusal.explain(reply, why, subject, config);
  }

  /** Sleeps before the next try, or ends the tries. */
  void pauseOrGiveUp(int failures, IOException failure, URI uri) {
    Optional<Duration> asked =
        failure instanceof TransientFailure busy ? busy.asked() : Optional.empty();
    boolean tooLong = asked.filter(a -> a.compareTo(retries.patience()) > 0).isPresent();
    int tries = unlikelyToPass(failure) ? Math.min(3, retries.tries()) : retries.tries();
    if (failures >= tries || tooLong) {
      throw HubRefusal.unreachable(uri, failure, failures, asked.filter(a -> tooLong));
    }
    Duration pause = retries.pause(failures, asked);
    if (pause.compareTo(WORTH_A_WORD) >= 0) {
      LOG.warn("{}; trying again in {} s", failure.getMessage(), pause.toSeconds());
    }
    retries.sleep(pause);
  }

  /** Nobody listens, or the certificate is not trusted: that seldom changes within seconds. */
  private static boolean unlikelyToPass(IOException failure) {
    return failure instanceof ConnectException || failure instanceof SSLException;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  /** Whether two addresses are served by the same authority. */
  static boolean sameOrigin(URI a, URI b) {
    return String.valueOf(a.getScheme()).equalsIgnoreCase(b.getScheme())
        && String.valueOf(a.getHost()).equalsIgnoreCase(b.getHost())
        && port(a) == port(b);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0
        ? uri.getPort()
        : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }

  private HttpResponse<Flow.Publisher<List<ByteBuffer>>> send(HubCall call, URI uri)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(call.method(), call.body().get())
            .timeout(call.timeout().orElse(config.metadataTimeout()))
            .header("User-Agent", "ingot; java/" + Runtime.version().feature())
            .header("Accept-Encoding", "identity");
    call.headers().forEach(request::header);
    if (sameOrigin(uri, config.endpoint())) {
      request.header("X-Amzn-Trace-Id", UUID.randomUUID().toString());
      if (call.authorized()) {
        config.token().ifPresent(t -> request.header("Authorization", t.bearer()));
      }
    }
    try {
      HttpResponse.BodyHandler<Flow.Publisher<List<ByteBuffer>>> body =
          HttpResponse.BodyHandlers.ofPublisher();
      return call.body() instanceof UploadBody upload
          ? watched(client.sendAsync(request.build(), body), upload, uri)
          : client.send(request.build(), body);
    } catch (InterruptedException e) {
      throw RetryPolicy.interrupted(e);
    } catch (ConnectException e) {
      throw noConnection(uri, e);
    } catch (HttpTimeoutException e) {
      throw new TransientFailure(
          "no answer from " + uri.getHost() + " in time", Optional.empty(), e);
    }
  }

  /** Waits for the answer to an upload as long as bytes go out, then for the answer. */
  private <T> T watched(CompletableFuture<T> answer, UploadBody upload, URI uri)
      throws IOException, InterruptedException {
    try {
      while (true) {
        try {
          return answer.get(WATCH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          Duration limit = upload.isComplete() ? STORING : config.idleTimeout().multipliedBy(3);
          if (upload.idle().compareTo(limit) > 0) {
            throw new TransientFailure(
                "the upload to " + uri.getHost() + " stood still for " + limit.toSeconds() + " s",
                Optional.empty(),
                e);
          }
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  /** Names the host that is not there: it need not be the Hub's own. */
  private static ConnectException noConnection(URI uri, ConnectException cause) {
    boolean unknown = false;
    for (Throwable t = cause; t != null; t = t.getCause()) {
      unknown |= t instanceof UnresolvedAddressException;
    }
    ConnectException named =
        new ConnectException(
            unknown
                ? "the name " + uri.getHost() + " is not known"
                : "no connection to " + uri.getHost() + ":" + port(uri));
    named.initCause(cause);
    return named;
  }

  private URI next(HubCall call, URI from, String location) throws IOException {
    URI to;
    try {
      to = from.resolve(HubUrls.lenient(location));
    } catch (IllegalArgumentException e) {
      throw new IOException(from.getHost() + " redirects to something that is no address", e);
    }
    String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
    boolean web = scheme.equals("https") || scheme.equals("http");
    if (!web || to.getHost() == null) {
      throw new IOException(from.getHost() + " redirects to something that is no web address");
    }
    if (scheme.equals("http") && "https".equalsIgnoreCase(from.getScheme())) {
      throw new IOException(
          from.getHost() + " redirects from https to plain http at " + to.getHost() + "; refused");
    }
    boolean reading = call.method().equals("GET") || call.method().equals("HEAD");
    if (!reading && !sameOrigin(to, from)) {
      throw new IOException(
          from.getHost() + " redirects an upload to " + to.getHost() + "; refused");
    }
    return to;
  }
}

package io.ingot.hub;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;

/**
 * Brings one file into the cache: resumed where an earlier try broke, verified while streaming,
 * renamed when complete.
 */
final class BlobDownload {
  private static final Duration LOCK_PATIENCE = Duration.ofHours(2);
  private static final int BUFFER = 1 << 17;

  private final HubHttp http;
  private final HubUrls urls;
  private final HubCache cache;
  private final RepoId repo;
  private final String commit;
  private final RepoFile file;
  private final LongConsumer progress;
  private final Consumer<String> notes;
  private long counted;

  BlobDownload(
      HubHttp http,
      HubCache cache,
      RepoInfo info,
      RepoFile file,
      LongConsumer progress,
      Consumer<String> notes) {
    this.http = http;
    this.urls = new HubUrls(http.config().endpoint());
    this.cache = cache;
    this.repo = info.id();
    this.commit = info.commit();
    this.file = file;
    this.progress = progress;
    this.notes = notes;
  }

  /** The path in the snapshot; downloads what is missing. */
  Path run() throws InterruptedException {
    Optional<Path> cached = cache.find(repo, commit, file);
    if (cached.isPresent()) {
      count(file.size());
      return cached.get();
    }
    cache.prepare(repo);
    Path blob = cache.blob(repo, file.etag());
    if (HubCache.hasSize(blob, file.size())) {
      count(file.size());
      return cache.link(repo, commit, file, false);
    }
    Path lockFile = cache.lock(repo, file.etag());
    try (CacheLock lock =
        CacheLock.acquire(
            lockFile,
            LOCK_PATIENCE,
            () ->
                notes.accept(
                    "waiting for another process that downloads "
                        + file.path()
                        + " (lock "
                        + lockFile
                        + ")"))) {
      boolean missing = !HubCache.hasSize(blob, file.size());
      if (missing) {
        fetch(blob, lock.isHeld());
      }
      count(file.size());
      return cache.link(repo, commit, file, missing);
    }
  }

  private void fetch(Path blob, boolean alone) {
    // Only who holds the lock may go on with what an earlier process left.
    String name = alone ? "ingot" : UUID.randomUUID().toString().substring(0, 8);
    Path partPath = blob.resolveSibling(file.etag() + "." + name + ".incomplete");
    try (PartFile part = PartFile.open(partPath, file)) {
      fill(part, partPath);
      HubCache.move(partPath, blob);
    } catch (IOException e) {
      throw cache.unwritable(e);
    } finally {
      if (!alone) {
        discard(partPath);
      }
    }
  }

  private void fill(PartFile part, Path partPath) throws IOException {
    URI uri = urls.resolve(repo, commit, file.path());
    boolean mayRestart = true;
    int failures = 0;
    long mark = part.position();
    while (true) {
      try {
        if (part.position() < file.size()) {
          transfer(part, uri);
        }
      } catch (IOException e) {
        // A try that got further counts as the first.
        failures = part.position() > mark ? 1 : failures + 1;
        mark = Math.max(mark, part.position());
        http.pauseOrGiveUp(failures, e, uri);
        continue;
      }
      String hash = part.finish();
      if (hash.equals(file.etag())) {
        return;
      }
      if (!mayRestart) {
        discard(partPath);
        throw IngotException.failed(
            String.format(
                Locale.ROOT,
                "'%s' of %s has %d bytes as promised but another content: %s is %s, not %s;"
                    + " something between here and %s changes files (proxy? mirror?), nothing was kept",
                file.path(),
                repo.name(),
                file.size(),
                file.sha256().isPresent() ? "SHA-256" : "git SHA-1",
                hash,
                file.etag(),
                uri.getHost()));
      }
      notes.accept(file.path() + " arrived damaged, downloading it again");
      mayRestart = false;
      mark = 0;
      part.restart();
    }
  }

  /** One try; IOExceptions are those of the network. */
  private void transfer(PartFile part, URI uri) throws IOException {
    long from = part.position();
    HubCall call = HubCall.get(uri);
    Subject subject = Subject.of(repo, commit, file.path());
    try (HubReply reply = http.once(from == 0 ? call : call.with("Range", "bytes=" + from + "-"))) {
      if (!reply.isSuccess()) {
        throw refusal(part, reply, subject);
      }
      InputStream body = checkedBody(part, reply, from);
      byte[] buffer = new byte[BUFFER];
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        if (part.position() + read > file.size()) {
          locally(part::restart);
          throw new IOException(
              reply.uri().getHost() + " sent more than the " + file.size() + " bytes of the file");
        }
        int length = read;
        locally(() -> part.append(buffer, length));
        count(part.position());
      }
      if (part.position() < file.size()) {
        throw new IOException(
            "the connection ended after " + part.position() + " of " + file.size() + " bytes");
      }
    }
  }

  private IOException refusal(PartFile part, HubReply reply, Subject subject) throws IOException {
    if (reply.status() == 416) {
      locally(part::restart);
      return new IOException(reply.uri().getHost() + " refused the range");
    }
    if (!HubHttp.sameOrigin(reply.uri(), http.config().endpoint())) {
      // A signed address that expired: the next try asks the Hub for a new one.
      return new TransientFailure(
          reply.uri().getHost() + " answered " + reply.status() + " for '" + file.path() + "'",
          RateLimit.wait(reply.headers()),
          null);
    }
    return http.refusal(reply, subject);
  }

  private InputStream checkedBody(PartFile part, HubReply reply, long from) throws IOException {
    boolean partial = reply.status() == 206 && from > 0;
    if (partial) {
      String range = reply.header("Content-Range").orElse("");
      if (!range.startsWith("bytes " + from + "-")) {
        locally(part::restart);
        throw new IOException(reply.uri().getHost() + " sent another range than asked for");
      }
    } else if (from > 0) {
      // The whole file instead of the rest.
      locally(part::restart);
    }
    long wanted = file.size() - part.position();
    boolean compressed = reply.header("Content-Encoding").orElse("").equalsIgnoreCase("gzip");
    long announced = reply.contentLength().orElse(wanted);
    if (!compressed && announced != wanted) {
      if (reply.isHtml()) {
        throw html(reply);
      }
      throw new IOException(
          reply.uri().getHost() + " sent " + announced + " bytes instead of " + wanted);
    }
    if (reply.isHtml() && !file.path().toLowerCase(Locale.ROOT).matches(".*\\.x?html?")) {
      throw html(reply);
    }
    return compressed ? new GZIPInputStream(reply.body()) : reply.body();
  }

  private IngotException html(HubReply reply) {
    return IngotException.unreachable(
        reply.uri().getHost()
            + " sent an HTML page instead of '"
            + file.path()
            + "' (a proxy or a login page between here and the Hub?); it begins: "
            + HubRefusal.clean(reply.textBeginning(), http.config()),
        null);
  }

  private void count(long position) {
    if (position > counted) {
      progress.accept(position - counted);
      counted = position;
    }
  }

  @FunctionalInterface
  private interface LocalWork {
    void run() throws IOException;
  }

  /** A full disk is not a broken connection: it is not tried again. */
  private void locally(LocalWork work) {
    try {
      work.run();
    } catch (IOException e) {
      throw cache.unwritable(e);
    }
  }

  private static void discard(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // It is only a part.
    }
  }
}

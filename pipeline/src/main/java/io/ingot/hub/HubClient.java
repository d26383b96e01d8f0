package io.ingot.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.progress.Progress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * A Hub reached over HTTP, with downloads in the cache that huggingface_hub uses too. Thread-safe.
 */
public final class HubClient implements Hub, AutoCloseable {
  private static final int MOVES = 3;

  private final HubConfig config;
  private final HubHttp http;
  private final HubJson json;
  private final HubUrls urls;
  private final HubCache cache;
  private final RepoReader reader;

  /** Branches and tags that were resolved to a commit: a download writes them down as refs. */
  private final Map<String, Set<String>> resolved = new ConcurrentHashMap<>();

  /** Commits whose listing was written down. */
  private final Set<String> listed = ConcurrentHashMap.newKeySet();

  public HubClient(HubConfig config) {
    this(config, RetryPolicy.standard(), System.getenv());
  }

  HubClient(HubConfig config, RetryPolicy retries, Map<String, String> environment) {
    this.config = config;
    this.http = new HubHttp(config, retries, environment);
    this.json = new HubJson(http);
    this.urls = new HubUrls(config.endpoint());
    this.cache = new HubCache(config.cache());
    this.reader = new RepoReader(json);
  }

  /** The Hub of these variables: {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code HF_HOME} ... */
  public static HubClient of(Map<String, String> environment) {
    return new HubClient(HubConfig.of(environment), RetryPolicy.standard(), environment);
  }

  @Override
  public URI endpoint() {
    return config.endpoint();
  }

  @Override
  public RepoInfo info(RepoId repo, String revision) {
    CachedRepo cached = new CachedRepo(cache);
    if (config.offline()) {
      return remember(cached.require(repo, revision), revision);
    }
    try {
      return remember(reader.info(repo, revision), revision);
    } catch (IngotException e) {
      // A commit never changes: what was downloaded of it is as good as the Hub.
      if (e.kind() == ErrorKind.UNREACHABLE && HubCache.isCommit(revision)) {
        return cached.info(repo, revision).orElseThrow(() -> e);
      }
      throw e;
    }
  }

  @Override
  public Path download(RepoInfo info, Predicate<RepoFile> wanted, Progress progress) {
    List<RepoFile> files = info.files().stream().filter(wanted).toList();
    if (config.offline()) {
      files.forEach(f -> cachedOrMissing(info, f));
      return cache.snapshot(info.id(), info.commit());
    }
    Path snapshot = new SnapshotDownload(http, cache).run(info, files, progress);
    keepNames(info);
    return snapshot;
  }

  @Override
  public Optional<Path> cached(RepoInfo info, String path) {
    return info.files().stream()
        .filter(f -> f.path().equals(path))
        .findFirst()
        .flatMap(f -> cache.find(info.id(), info.commit(), f));
  }

  @Override
  public Optional<Path> file(RepoInfo info, String path) {
    Optional<RepoFile> file = info.files().stream().filter(f -> f.path().equals(path)).findFirst();
    if (file.isEmpty()) {
      if (!config.offline()) {
        cache.markAbsent(info.id(), info.commit(), path);
      }
      return Optional.empty();
    }
    if (config.offline()) {
      return Optional.of(cachedOrMissing(info, file.get()));
    }
    try {
      Path cached = new BlobDownload(http, cache, info, file.get(), n -> {}, line -> {}).run();
      keepNames(info);
      return Optional.of(cached);
    } catch (InterruptedException e) {
      throw RetryPolicy.interrupted(e);
    }
  }

  @Override
  public boolean create(RepoId repo, boolean isPrivate) {
    online("create " + repo.name());
    ObjectNode request = json.object();
    int slash = repo.name().indexOf('/');
    request.put("name", repo.name().substring(slash + 1));
    if (slash >= 0) {
      request.put("organization", repo.name().substring(0, slash));
    }
    request.put("type", repo.type() == RepoId.Type.MODEL ? "model" : "dataset");
    request.put("visibility", isPrivate ? "private" : "public");
    try {
      http.insist(
              HubCall.json("POST", urls.api("repos/create"), request.toString()),
              Subject.writing(repo))
          .close();
      return true;
    } catch (IngotException e) {
      // Who may not create repositories may still write to one that is there.
      if (e.kind() == ErrorKind.CONFLICT || (e.kind() == ErrorKind.FAILED && exists(repo))) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public String commit(
      RepoId repo,
      String branch,
      Optional<String> parentCommit,
      String message,
      List<Upload> uploads,
      List<String> deletions,
      Progress progress) {
    online("upload to " + repo.name());
    for (int tries = 1; ; tries++) {
      RepoInfo head = reader.info(repo, branch);
      requireHead(head, branch, parentCommit);
      try {
        return new CommitUpload(json, repo, branch)
            .run(head.commit(), head.files(), message, uploads, deletions, progress);
      } catch (IngotException e) {
        // Somebody was faster; who named no parent takes the new head.
        if (e.kind() != ErrorKind.CONFLICT || parentCommit.isPresent() || tries == MOVES) {
          throw e;
        }
      }
    }
  }

  private static void requireHead(RepoInfo head, String branch, Optional<String> parentCommit) {
    if (parentCommit.filter(p -> !p.equals(head.commit())).isPresent()) {
      throw IngotException.conflict(
          "the branch '"
              + branch
              + "' of '"
              + head.id().name()
              + "' is at commit "
              + head.commit()
              + ", not at "
              + parentCommit.get()
              + ": somebody changed it meanwhile; look at it and decide again");
    }
  }

  private boolean exists(RepoId repo) {
    try {
      json.send(HubCall.get(urls.repo(repo, "")), Subject.of(repo, "main"));
      return true;
    } catch (IngotException e) {
      return false;
    }
  }

  @Override
  public List<Commit> commits(RepoId repo, String revision) {
    online("list the commits of " + repo.name());
    return reader.commits(repo, revision);
  }

  @Override
  public Optional<String> whoami() {
    if (config.token().isEmpty() || config.offline()) {
      return Optional.empty();
    }
    JsonNode answer = json.send(HubCall.get(urls.api("whoami-v2")), Subject.none());
    return Optional.ofNullable(answer.path("name").asText(null));
  }

  /** Ends the connections. */
  @Override
  public void close() {
    http.close();
  }

  private RepoInfo remember(RepoInfo info, String revision) {
    resolved.computeIfAbsent(key(info), k -> ConcurrentHashMap.newKeySet()).add(revision);
    return info;
  }

  private void keepNames(RepoInfo info) {
    if (listed.add(key(info))) {
      cache.writeListing(info.id(), info.commit(), info.files());
    }
    resolved
        .getOrDefault(key(info), Set.of())
        .forEach(revision -> cache.writeRef(info.id(), revision, info.commit()));
  }

  private static String key(RepoInfo info) {
    return info.id() + "@" + info.commit();
  }

  private Path cachedOrMissing(RepoInfo info, RepoFile file) {
    return cache
        .find(info.id(), info.commit(), file)
        .orElseThrow(
            () ->
                IngotException.notFound(
                    "'"
                        + file.path()
                        + "' of '"
                        + info.id().name()
                        + "' at "
                        + info.commit()
                        + " is not in the cache "
                        + config.cache()
                        + ", and HF_HUB_OFFLINE forbids to download it"));
  }

  private void online(String what) {
    if (config.offline()) {
      throw new IngotException(
          ErrorKind.UNREACHABLE, "cannot " + what + ": HF_HUB_OFFLINE forbids to reach the Hub");
    }
  }
}

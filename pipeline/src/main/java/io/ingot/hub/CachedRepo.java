package io.ingot.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the cache alone knows of a repository, for work without a network. */
final class CachedRepo {
  private final HubCache cache;

  CachedRepo(HubCache cache) {
    this.cache = cache;
  }

  /** The repository as it was when it was downloaded; empty when the cache does not hold it. */
  Optional<RepoInfo> info(RepoId repo, String revision) {
    return commit(repo, revision)
        .flatMap(
            commit ->
                cache
                    .listing(repo, commit)
                    .or(() -> linked(repo, commit))
                    .map(files -> info(repo, commit, files)));
  }

  /** The same, or why not. */
  RepoInfo require(RepoId repo, String revision) {
    return info(repo, revision)
        .orElseThrow(
            () ->
                IngotException.notFound(
                    Subject.text(repo)
                        + " at '"
                        + revision
                        + "' is not in the cache "
                        + cache.root()
                        + ", and HF_HUB_OFFLINE forbids to ask the Hub; unset it, or download it"
                        + " where there is a network"));
  }

  private Optional<String> commit(RepoId repo, String revision) {
    return HubCache.isCommit(revision) ? Optional.of(revision) : cache.ref(repo, revision);
  }

  private RepoInfo info(RepoId repo, String commit, List<RepoFile> files) {
    FileNames.check(files.stream().map(RepoFile::path).toList(), cache.root().toString());
    JsonNode card =
        files.stream()
            .filter(f -> f.path().equals("README.md"))
            .flatMap(f -> cache.find(repo, commit, f).stream())
            .findFirst()
            .map(CardFrontMatter::ofFile)
            .orElse(MissingNode.getInstance());
    String license = card.path("license").asText("");
    List<String> tags = license.isEmpty() ? List.of() : List.of("license:" + license);
    return new RepoInfo(repo, commit, false, false, tags, card, files);
  }

  /** Older clients keep no listing: what is linked is what there is. */
  private Optional<List<RepoFile>> linked(RepoId repo, String commit) {
    Path snapshot = cache.snapshot(repo, commit);
    if (!Files.isDirectory(snapshot)) {
      return Optional.empty();
    }
    List<RepoFile> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(snapshot)) {
      for (Path path : walk.filter(Files::isSymbolicLink).sorted().toList()) {
        String etag = String.valueOf(Files.readSymbolicLink(path).getFileName());
        String name = snapshot.relativize(path).toString().replace('\\', '/');
        if (Files.isRegularFile(path) && etag.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
          Optional<String> sha256 = etag.length() == 64 ? Optional.of(etag) : Optional.empty();
          files.add(new RepoFile(name, Files.size(path), etag.substring(0, 40), sha256));
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.of(List.copyOf(files));
  }
}

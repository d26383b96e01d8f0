package io.ingot.hub.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.hub.RepoId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A repository on disk: {@code commits/ID.json} are written once, {@code repo.json} names the heads
 * and is replaced last, so that a crash leaves the old state or the new one. Thread-safe.
 */
final class Repository {
  static final String MAIN = "main";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final RepoId id;
  private final Path folder;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, CommitRecord> loaded = new ConcurrentHashMap<>();
  private volatile RepoState state;

  private Repository(RepoId id, Path folder, RepoState state) {
    this.id = id;
    this.folder = folder;
    this.state = state;
  }

  /** A new repository whose main branch is at this commit. */
  static Repository create(RepoId id, Path folder, RepoState empty, CommitRecord first)
      throws IOException {
    Repository repository = new Repository(id, folder, empty);
    repository.keep(first);
    repository.update(s -> s.withBranch(MAIN, first.id()));
    return repository;
  }

  /** The repository that lies in this folder; empty where creating it was never finished. */
  static Optional<Repository> load(RepoId id, Path folder) throws IOException {
    Path file = folder.resolve("repo.json");
    return Files.exists(file)
        ? Optional.of(new Repository(id, folder, JSON.readValue(file.toFile(), RepoState.class)))
        : Optional.empty();
  }

  RepoId id() {
    return id;
  }

  RepoState state() {
    return state;
  }

  /** Runs a change that nobody else's may cross. */
  <T> T exclusively(IoCall<T> change) throws IOException {
    lock.lock();
    try {
      return change.call();
    } finally {
      lock.unlock();
    }
  }

  /** Work on files. */
  @FunctionalInterface
  interface IoCall<T> {
    T call() throws IOException;
  }

  void update(UnaryOperator<RepoState> change) throws IOException {
    lock.lock();
    try {
      RepoState next = change.apply(state);
      DurableFiles.write(folder.resolve("repo.json"), JSON.writeValueAsBytes(next));
      state = next;
    } finally {
      lock.unlock();
    }
  }

  void keep(CommitRecord commit) throws IOException {
    Path file = commitFile(commit.id());
    if (!Files.exists(file)) {
      DurableFiles.write(file, JSON.writeValueAsBytes(commit));
    }
    loaded.put(commit.id(), commit);
  }

  /**
   * The commit of a branch, a tag, a full id or the beginning of one.
   *
   * @throws ApiError RevisionNotFound
   */
  CommitRecord resolve(String revision) throws IOException {
    RepoState now = state;
    String plain = revision.replaceFirst("^refs/(?:heads|tags)/", "");
    String commit = now.branches().get(plain);
    if (commit == null) {
      commit = now.tags().get(plain);
    }
    if (commit == null && revision.matches("[0-9a-f]{7,40}")) {
      commit = byPrefix(revision).orElse(null);
    }
    if (commit == null) {
      throw ApiError.noRevision(revision);
    }
    return commit(commit);
  }

  CommitRecord commit(String commit) throws IOException {
    CommitRecord known = loaded.get(commit);
    if (known == null) {
      known = JSON.readValue(commitFile(commit).toFile(), CommitRecord.class);
      loaded.put(commit, known);
    }
    return known;
  }

  /** From the commit to the root, newest first. */
  List<CommitRecord> history(CommitRecord head) throws IOException {
    List<CommitRecord> history = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    CommitRecord current = head;
    while (seen.add(current.id())) {
      history.add(current);
      if (current.parent() == null) {
        break;
      }
      current = commit(Objects.requireNonNull(current.parent()));
    }
    return history;
  }

  private Optional<String> byPrefix(String prefix) throws IOException {
    if (prefix.length() == 40) {
      return Files.exists(commitFile(prefix)) ? Optional.of(prefix) : Optional.empty();
    }
    try (Stream<Path> files = Files.list(folder.resolve("commits"))) {
      List<String> matches =
          files
              .map(p -> p.getFileName().toString())
              .filter(n -> n.startsWith(prefix) && n.endsWith(".json"))
              .map(n -> n.substring(0, n.length() - ".json".length()))
              .toList();
      return matches.size() == 1 ? Optional.of(matches.getFirst()) : Optional.empty();
    }
  }

  private Path commitFile(String commit) {
    return folder.resolve("commits").resolve(commit + ".json");
  }
}

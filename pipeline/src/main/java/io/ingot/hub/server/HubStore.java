package io.ingot.hub.server;

import io.ingot.error.IngotException;
import io.ingot.hub.RepoId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All repositories of a Hub in one folder, held by one process at a time. Thread-safe. */
final class HubStore implements AutoCloseable {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final String DELETED = "deleted";

  private final Path root;
  private final FileChannel lockFile;
  private final ContentStore contents;
  private final Map<RepoId, Repository> repositories = new ConcurrentHashMap<>();

  private HubStore(Path root, FileChannel lockFile, ContentStore contents) {
    this.root = root;
    this.lockFile = lockFile;
    this.contents = contents;
  }

  /**
   * Opens the folder, which is made when it is not there.
   *
   * @throws IngotException CONFLICT when another process holds it
   */
  static HubStore open(Path root) throws IOException {
    Files.createDirectories(root);
    FileChannel lockFile =
        FileChannel.open(
            root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = lock(lockFile);
    if (lock == null) {
      lockFile.close();
      throw IngotException.conflict(
          "another process serves the Hub in " + root + "; stop it, or choose another --home");
    }
    HubStore store = new HubStore(root, lockFile, new ContentStore(root.resolve("objects")));
    for (RepoId.Type type : RepoId.Type.values()) {
      store.load(type);
    }
    return store;
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  ContentStore contents() {
    return contents;
  }

  Optional<Repository> find(RepoId id) {
    return Optional.ofNullable(repositories.get(id));
  }

  List<Repository> all(RepoId.Type type) {
    return repositories.values().stream()
        .filter(r -> r.id().type() == type)
        .sorted(Comparator.comparing(r -> r.id().name()))
        .toList();
  }

  /**
   * A new repository, its first commit telling git which files are large.
   *
   * @throws ApiError 409 when it exists
   */
  synchronized Repository create(RepoId id, boolean isPrivate, String author) throws IOException {
    byte[] attributes = LargeFiles.gitAttributes();
    StoredContent stored =
        contents.put(new ByteArrayInputStream(attributes), attributes.length, Optional.empty());
    return add(
        id,
        isPrivate,
        CommitRecord.of(
            Optional.empty(),
            "initial commit",
            "",
            now(),
            author,
            List.of(TreeEntry.of(".gitattributes", stored, false))));
  }

  /** A new repository with this first commit. */
  synchronized Repository add(RepoId id, boolean isPrivate, CommitRecord first) throws IOException {
    if (repositories.containsKey(id)) {
      throw ApiError.conflict("You already created this " + kind(id) + " repo: " + id.name());
    }
    RepoState empty =
        new RepoState(isPrivate, first.date(), new TreeMap<>(), new TreeMap<>(), null, null);
    Repository repository = Repository.create(id, folder(id), empty, first);
    repositories.put(id, repository);
    return repository;
  }

  /** Whether somebody deleted it: it is not imported again. */
  boolean isDeleted(RepoId id) {
    return !repositories.containsKey(id) && Files.exists(folder(id).resolve(DELETED));
  }

  /** Forgets a repository; contents stay, others may have them too. */
  synchronized void delete(RepoId id) throws IOException {
    repositories.remove(id);
    Files.deleteIfExists(folder(id).resolve("repo.json"));
    try (Stream<Path> walk = Files.walk(folder(id))) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
    DurableFiles.write(folder(id).resolve(DELETED), new byte[0]);
  }

  /**
   * Gives a repository another name.
   *
   * @throws ApiError 404 without it, 409 when the name is taken
   */
  synchronized void rename(RepoId from, RepoId to) throws IOException {
    if (!repositories.containsKey(from)) {
      throw ApiError.noRepository();
    }
    if (repositories.containsKey(to)) {
      throw ApiError.conflict("You already created this " + kind(to) + " repo: " + to.name());
    }
    Path target = folder(to);
    Files.createDirectories(Objects.requireNonNull(target.getParent()));
    Files.deleteIfExists(target.resolve(DELETED));
    Files.deleteIfExists(target);
    Files.move(folder(from), target, StandardCopyOption.ATOMIC_MOVE);
    repositories.remove(from);
    Repository.load(to, target).ifPresent(r -> repositories.put(to, r));
    DurableFiles.write(folder(from).resolve(DELETED), new byte[0]);
  }

  static String now() {
    return DATE.format(Instant.now());
  }

  static String kind(RepoId id) {
    return id.type().name().toLowerCase(Locale.ROOT);
  }

  private Path folder(RepoId id) {
    return root.resolve("repositories").resolve(id.type().plural()).resolve(id.name());
  }

  private void load(RepoId.Type type) throws IOException {
    Path folder = root.resolve("repositories").resolve(type.plural());
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(folder, 2)) {
      for (Path path : walk.filter(p -> folder.relativize(p).getNameCount() == 2).toList()) {
        RepoId id = new RepoId(type, folder.relativize(path).toString().replace('\\', '/'));
        Repository.load(id, path).ifPresent(r -> repositories.put(id, r));
      }
    }
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}

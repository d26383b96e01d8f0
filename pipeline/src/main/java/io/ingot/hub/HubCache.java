package io.ingot.hub;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The folder of downloads that is shared with huggingface_hub (its {@code local-cache.md}): blobs
 * by content, snapshots of relative links, refs, listings, and marks of files known to be absent.
 * Everything is written aside and renamed. Thread-safe.
 */
final class HubCache {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final String TAG =
      "Signature: 8a477f597d28d172789f06886806bc55\n"
          + "# This file is a cache directory tag created by huggingface_hub.\n"
          + "# For information about cache directory tags, see:\n"
          + "#\thttps://bford.info/cachedir/\n";

  private final Path root;
  private final DiskSpace space;

  /** How many bytes a disk still takes; tests make it small. */
  @FunctionalInterface
  interface DiskSpace {
    long usable(Path folder) throws IOException;
  }

  HubCache(Path root) {
    this(root, folder -> Files.getFileStore(folder).getUsableSpace());
  }

  HubCache(Path root, DiskSpace space) {
    this.root = root;
    this.space = space;
  }

  /** Bytes that fit on the disk of the cache, which must be there. */
  long usableSpace() {
    try {
      return space.usable(root);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  static boolean isCommit(String revision) {
    return COMMIT.matcher(revision).matches();
  }

  Path root() {
    return root;
  }

  /** For example {@code models--acme--x}. */
  Path repository(RepoId repo) {
    return root.resolve(folderName(repo));
  }

  Path blob(RepoId repo, String etag) {
    return repository(repo).resolve("blobs").resolve(etag);
  }

  Path lock(RepoId repo, String etag) {
    return root.resolve(".locks").resolve(folderName(repo)).resolve(etag + ".lock");
  }

  Path snapshot(RepoId repo, String commit) {
    return repository(repo).resolve("snapshots").resolve(commit);
  }

  /** The file in the snapshot, where it is there with this size. */
  Optional<Path> find(RepoId repo, String commit, RepoFile file) {
    Path pointer = FileNames.below(snapshot(repo, commit), file.path());
    return hasSize(pointer, file.size()) ? Optional.of(pointer) : Optional.empty();
  }

  static boolean hasSize(Path file, long size) {
    try {
      return Files.isRegularFile(file) && Files.size(file) == size;
    } catch (IOException e) {
      return false;
    }
  }

  /** Makes the folders of a repository and tags the cache for backup tools. */
  void prepare(RepoId repo) {
    try {
      Files.createDirectories(repository(repo).resolve("blobs"));
      Path tag = root.resolve("CACHEDIR.TAG");
      if (!Files.exists(tag)) {
        replace(tag, TAG.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * Links a snapshot's file to its blob, relative; where the disk has no links the new blob is
   * moved there and an older one copied.
   */
  Path link(RepoId repo, String commit, RepoFile file, boolean newBlob) {
    Path pointer = FileNames.below(snapshot(repo, commit), file.path());
    Path blob = blob(repo, file.etag());
    Path folder = Objects.requireNonNull(pointer.getParent());
    try {
      Files.createDirectories(folder);
      Path aside = pointer.resolveSibling("." + UUID.randomUUID() + ".link");
      try {
        Files.createSymbolicLink(aside, folder.relativize(blob));
      } catch (FileSystemException | UnsupportedOperationException e) {
        if (newBlob) {
          move(blob, pointer);
        } else {
          Files.copy(blob, aside);
          move(aside, pointer);
        }
        return pointer;
      }
      move(aside, pointer);
      return pointer;
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** The commit that a branch or tag had when it was last downloaded. */
  Optional<String> ref(RepoId repo, String revision) {
    if (FileNames.objection(revision).isPresent()) {
      return Optional.empty();
    }
    Path file = repository(repo).resolve("refs").resolve(revision);
    try {
      String commit = Files.isRegularFile(file) ? Files.readString(file).strip() : "";
      return isCommit(commit) ? Optional.of(commit) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Remembers the commit of a branch or tag; a cache that cannot be written is left alone. */
  void writeRef(RepoId repo, String revision, String commit) {
    if (revision.equals(commit)
        || FileNames.objection(revision).isPresent()
        || ref(repo, revision).filter(commit::equals).isPresent()) {
      return;
    }
    try {
      replace(
          repository(repo).resolve("refs").resolve(revision),
          commit.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // A read-only cache still serves.
    }
  }

  /** Remembers that a commit has no such file. */
  void markAbsent(RepoId repo, String commit, String path) {
    if (FileNames.objection(path).isPresent()) {
      return;
    }
    Path mark = repository(repo).resolve(".no_exist").resolve(commit).resolve(path);
    try {
      if (!Files.exists(mark)) {
        replace(mark, new byte[0]);
      }
    } catch (IOException e) {
      // Only a hint for the next reader.
    }
  }

  /** The listing of a commit, where it was kept. */
  Optional<List<RepoFile>> listing(RepoId repo, String commit) {
    Path file = listingFile(repo, commit);
    try {
      return Files.isRegularFile(file)
          ? TreeListing.read(Files.readAllBytes(file), file.toString())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void writeListing(RepoId repo, String commit, List<RepoFile> files) {
    try {
      byte[] document = TreeListing.write(files);
      if (listing(repo, commit).isEmpty()) {
        replace(listingFile(repo, commit), document);
      }
    } catch (IOException e) {
      // Only saves a request.
    }
  }

  private Path listingFile(RepoId repo, String commit) {
    return repository(repo).resolve("trees").resolve(commit + ".json");
  }

  private static String folderName(RepoId repo) {
    return repo.type().plural() + "--" + repo.name().replace("/", "--");
  }

  private static void replace(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    Path aside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      Files.write(aside, content);
      move(aside, file);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  IngotException unwritable(IOException e) {
    return new IngotException(
        ErrorKind.FAILED,
        "cannot write the cache "
            + root
            + ": "
            + e
            + "; make room or point HF_HUB_CACHE to another disk",
        e);
  }
}

package io.ingot.store;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Artifacts as folders that are named by their content. An artifact appears at once and whole, and
 * is never changed: what is written goes to a staging folder of the same file system, is hashed and
 * synced, gets its manifest last, and is renamed. Thread-safe, also between processes.
 */
public final class ArtifactStore {
  private final Path root;

  /**
   * @param root made when needed
   */
  public ArtifactStore(Path root) {
    this.root = root;
  }

  /** Where the artifact lies, or would lie. */
  public Path path(String digest) {
    if (!digest.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("no digest: " + digest);
    }
    return root.resolve(digest);
  }

  /** An empty folder to write an artifact into; what a dead attempt left there is thrown away. */
  public Path stage(String name) throws IOException {
    Path staging = staging().resolve(name.replaceAll("[^A-Za-z0-9._-]", "_"));
    Folders.delete(staging);
    return Files.createDirectories(staging);
  }

  /** Throws away what dead attempts left; only where nothing is being written. */
  public void clearStaging() throws IOException {
    Folders.delete(staging());
  }

  private Path staging() {
    return root.resolve(".staging");
  }

  /**
   * Makes a staged folder an artifact. When the store has the same content, that one stays and the
   * staged folder goes; when the one it has is damaged, it is set aside.
   */
  public Artifact publish(Path staged, Provenance provenance) throws IOException {
    List<StoredFile> files = ContentDigest.scan(staged);
    if (files.isEmpty()) {
      throw new IllegalStateException("a step of kind " + provenance.kind() + " left no file");
    }
    String digest = ContentDigest.ofFiles(files);
    Manifest manifest =
        new Manifest(
            Manifest.FORMAT,
            digest,
            provenance.kind(),
            provenance.version(),
            provenance.parameters(),
            provenance.inputs(),
            provenance.tools(),
            Instant.now().toString(),
            provenance.seconds(),
            files);
    for (StoredFile file : files) {
      Path path = staged.resolve(file.path());
      if (!Files.isSymbolicLink(path)) {
        Folders.sync(path);
      }
    }
    write(staged.resolve(Manifest.NAME), manifest.toJson());
    Folders.syncTree(staged);
    return move(staged, digest);
  }

  private Artifact move(Path staged, String digest) throws IOException {
    Path target = path(digest);
    for (int attempt = 0; ; attempt++) {
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        if (check(digest).ok()) {
          Folders.delete(staged);
          return new Artifact(digest, target, true);
        }
        setAside(target);
      }
      try {
        Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
        Folders.sync(root);
        return new Artifact(digest, target, false);
      } catch (FileSystemException e) {
        // Another process was faster. The JDK has no exception of its own for this: a plain
        // FileSystemException says "Directory not empty".
        if (attempt == 2 || !Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
          throw e;
        }
      }
    }
  }

  private void setAside(Path damaged) throws IOException {
    Path aside = Files.createDirectories(root.resolve(".damaged"));
    Files.move(
        damaged,
        aside.resolve(damaged.getFileName() + "-" + Instant.now().toEpochMilli()),
        StandardCopyOption.ATOMIC_MOVE);
  }

  private static void write(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /** Whether the artifact may be used: all files are there with their sizes and times. */
  public Verification check(String digest) throws IOException {
    Path artifact = path(digest);
    if (!Files.isDirectory(artifact)) {
      return new Verification(List.of("artifact " + digest.substring(0, 12) + " is gone"));
    }
    try {
      Manifest manifest = Manifest.read(artifact);
      if (!manifest.digest().equals(digest)) {
        return new Verification(List.of("the manifest names another digest"));
      }
      return Verification.quick(artifact, manifest);
    } catch (IngotException e) {
      return new Verification(List.of(String.valueOf(e.getMessage())));
    }
  }

  /**
   * Hashes every file of an artifact, wherever it lies.
   *
   * @throws IngotException when there is no manifest
   */
  public static Verification verify(Path artifact) throws IOException {
    return Verification.full(artifact, Manifest.read(artifact));
  }

  /** Digests of all artifacts. */
  public List<String> list() throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .map(path -> path.getFileName().toString())
          .filter(name -> name.matches("[0-9a-f]{64}"))
          .sorted()
          .toList();
    }
  }

  /** Bytes on this disk; targets of links are not counted. */
  public long bytes(String digest) throws IOException {
    return Folders.bytes(path(digest));
  }

  /** Takes an artifact away, at once and whole. */
  public void delete(String digest) throws IOException {
    Path doomed = Files.createDirectories(staging()).resolve("delete-" + digest);
    Files.move(path(digest), doomed, StandardCopyOption.ATOMIC_MOVE);
    Folders.delete(doomed);
  }
}

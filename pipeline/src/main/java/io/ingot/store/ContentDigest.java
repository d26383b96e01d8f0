package io.ingot.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** SHA-256 of files and of whole folders. */
public final class ContentDigest {
  private static final int BUFFER = 1 << 20;

  private ContentDigest() {}

  /** SHA-256 of the file's bytes, in hexadecimal. */
  public static String ofFile(Path file) throws IOException {
    MessageDigest sha = sha256();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer.clear()) >= 0) {
        sha.update(buffer.flip());
      }
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  /**
   * The digest of a folder: SHA-256 over the lines {@code path size sha256} of its files, sorted by
   * path. The manifest, logs and metrics do not count: they tell of the work, not of its result.
   */
  public static String ofFiles(List<StoredFile> files) {
    MessageDigest sha = sha256();
    files.stream()
        .filter(file -> counts(file.path()))
        .sorted(Comparator.comparing(StoredFile::path))
        .forEach(
            file ->
                sha.update(
                    (file.path() + "\0" + file.bytes() + "\0" + file.sha256() + "\n")
                        .getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(sha.digest());
  }

  /**
   * All files of a folder but its manifest, hashed on all cores; symbolic links are followed.
   *
   * @throws IOException when a link leads nowhere or in a circle
   */
  public static List<StoredFile> scan(Path folder) throws IOException {
    try {
      return paths(folder).parallelStream()
          .map(path -> describe(folder, path))
          .sorted(Comparator.comparing(StoredFile::path))
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Relative paths of all files but the manifest, sorted. */
  static List<Path> paths(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return walk.filter(path -> !Files.isDirectory(path))
          .map(folder::relativize)
          .filter(path -> !path.equals(Path.of(Manifest.NAME)))
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  static String name(Path relative) {
    return relative.toString().replace('\\', '/');
  }

  private static StoredFile describe(Path folder, Path relative) {
    try {
      Path file = folder.resolve(relative);
      return new StoredFile(
          name(relative),
          Files.size(file),
          ofFile(file),
          Files.getLastModifiedTime(file).toMillis());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean counts(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return !path.equals(Manifest.NAME) && !name.endsWith(".log") && !name.equals("metrics.jsonl");
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

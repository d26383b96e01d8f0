package io.ingot.hub.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Contents of all repositories by SHA-256, each once. Thread-safe. */
final class ContentStore {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final int BUFFER = 1 << 17;

  private final Path root;
  private final Path incoming;

  ContentStore(Path root) throws IOException {
    this.root = root;
    this.incoming = root.resolve("incoming");
    Files.createDirectories(incoming);
    // What a stopped process left unfinished.
    try (var leftovers = Files.newDirectoryStream(incoming)) {
      for (Path leftover : leftovers) {
        Files.deleteIfExists(leftover);
      }
    }
  }

  static boolean isSha256(String text) {
    return SHA256.matcher(text).matches();
  }

  Path path(String sha256) {
    return root.resolve(sha256.substring(0, 2)).resolve(sha256);
  }

  boolean has(String sha256, long size) {
    try {
      return isSha256(sha256)
          && Files.isRegularFile(path(sha256))
          && Files.size(path(sha256)) == size;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Takes a content whole.
   *
   * @param size how many bytes there must be
   * @param expected what its SHA-256 must be
   * @throws ApiError 422 when size or hash differ; nothing is kept then
   */
  StoredContent put(InputStream in, long size, Optional<String> expected) throws IOException {
    Path aside = incoming.resolve(UUID.randomUUID().toString());
    MessageDigest sha256 = GitObjects.digest("SHA-256");
    MessageDigest git = GitObjects.blobDigest(size);
    try {
      long total = 0;
      try (FileChannel channel =
              FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          OutputStream out = Channels.newOutputStream(channel)) {
        byte[] buffer = new byte[BUFFER];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          total += read;
          if (total > size) {
            throw ApiError.unprocessable("more bytes came than the " + size + " announced");
          }
          sha256.update(buffer, 0, read);
          git.update(buffer, 0, read);
          out.write(buffer, 0, read);
        }
        channel.force(true);
      }
      if (total < size) {
        throw ApiError.unprocessable(total + " bytes came, " + size + " were announced");
      }
      String hash = HexFormat.of().formatHex(sha256.digest());
      if (expected.filter(e -> !e.equals(hash)).isPresent()) {
        throw ApiError.unprocessable("the content has SHA-256 " + hash + ", not " + expected.get());
      }
      Path target = path(hash);
      Path folder = Objects.requireNonNull(target.getParent());
      Files.createDirectories(folder);
      Files.move(
          aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      DurableFiles.forceFolder(folder);
      return new StoredContent(hash, HexFormat.of().formatHex(git.digest()), size);
    } finally {
      Files.deleteIfExists(aside);
    }
  }
}

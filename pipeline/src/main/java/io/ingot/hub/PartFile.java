package io.ingot.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file on its way: what was written is hashed at once, also what an earlier process left. The
 * hash is the SHA-256 of an LFS file, or git's SHA-1 of {@code "blob SIZE\0"} and the content.
 */
final class PartFile implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final FileChannel channel;
  private final RepoFile expected;
  private MessageDigest digest;
  private long position;

  private PartFile(FileChannel channel, RepoFile expected) {
    this.channel = channel;
    this.expected = expected;
    this.digest = begin(expected);
  }

  static PartFile open(Path path, RepoFile expected) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    PartFile part = new PartFile(channel, expected);
    if (channel.size() > expected.size()) {
      part.restart();
    }
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    while (channel.read(buffer.clear(), part.position) > 0) {
      part.position += buffer.position();
      part.digest.update(buffer.flip());
    }
    channel.position(part.position);
    return part;
  }

  /** Bytes that are there. */
  long position() {
    return position;
  }

  void append(byte[] bytes, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    digest.update(bytes, 0, length);
    position += length;
  }

  void restart() throws IOException {
    channel.truncate(0);
    channel.position(0);
    digest = begin(expected);
    position = 0;
  }

  /** Makes the content durable and returns its hash; the part cannot be appended to afterwards. */
  String finish() throws IOException {
    channel.force(true);
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static MessageDigest begin(RepoFile expected) {
    return expected.sha256().isPresent() ? sha256() : gitSha1(expected.size());
  }

  static MessageDigest sha256() {
    return algorithm("SHA-256");
  }

  /** A SHA-1 that has already taken the header of a git blob of this size. */
  static MessageDigest gitSha1(long size) {
    MessageDigest sha1 = algorithm("SHA-1");
    sha1.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
    return sha1;
  }

  private static MessageDigest algorithm(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + name, e);
    }
  }
}

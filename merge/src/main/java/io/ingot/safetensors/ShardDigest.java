package io.ingot.safetensors;

import io.ingot.error.IngotException;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of a file that is being written: it follows behind the tensors that are complete, in file
 * order, while what it reads is still in the page cache. Thread-safe.
 */
final class ShardDigest {
  private static final int BUFFER = 1 << 20;

  private final FileLayout layout;
  private final ExecutorService executor;
  private final MessageDigest sha;
  private final Set<String> complete = ConcurrentHashMap.newKeySet();
  private @Nullable FileChannel channel;
  private int next;
  private long position;

  ShardDigest(FileLayout layout, ExecutorService executor) {
    this.layout = layout;
    this.executor = executor;
    try {
      this.sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Says that a tensor lies complete in the file, which is not renamed before this returns. */
  void completed(String tensor, Path file) throws IOException {
    synchronized (this) {
      if (channel == null) {
        channel = FileChannel.open(file, StandardOpenOption.READ);
      }
    }
    complete.add(tensor);
    executor.execute(this::follow);
  }

  /** Takes a file as a whole that was complete before. */
  void completed(Path file) throws IOException {
    for (TensorInfo tensor : layout.tensors()) {
      complete.add(tensor.name());
    }
    synchronized (this) {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    }
    executor.execute(this::follow);
  }

  private void follow() {
    try {
      advance();
    } catch (IOException e) {
      // Said by the one who asks for the hash.
    }
  }

  private synchronized void advance() throws IOException {
    if (channel == null) {
      return;
    }
    long end = position;
    while (next < layout.tensors().size() && complete.contains(layout.tensors().get(next).name())) {
      TensorInfo tensor = layout.tensors().get(next++);
      end = layout.position(tensor.name()) + tensor.byteSize();
    }
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    while (position < end) {
      buffer.clear().limit((int) Math.min(BUFFER, end - position));
      int count = channel.read(buffer, position);
      if (count < 0) {
        throw new IOException("the file became shorter");
      }
      sha.update(buffer.flip());
      position += count;
    }
  }

  /**
   * The hash of the whole file in hexadecimal; all tensors must be complete.
   *
   * @param file where it lies now
   */
  synchronized String get(Path file) {
    try {
      if (channel == null) {
        channel = FileChannel.open(file, StandardOpenOption.READ);
      }
      advance();
      if (position < layout.size()) {
        sha.update(rest());
      }
      close();
      return HexFormat.of().formatHex(sha.digest());
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + file + " again: " + e.getMessage());
    }
  }

  /** The header of a file without tensors. */
  private ByteBuffer rest() throws IOException {
    ByteBuffer rest = ByteBuffer.allocate(Math.toIntExact(layout.size() - position));
    while (rest.hasRemaining()
        && java.util.Objects.requireNonNull(channel).read(rest, position + rest.position()) >= 0) {}
    return rest.flip();
  }

  synchronized void close() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }
}

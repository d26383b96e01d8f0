package io.ingot.safetensors;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of a file that is being written: it follows close behind the bytes that are written
 * without a hole, while they are still in the caches. Thread-safe.
 */
final class ShardDigest implements AutoCloseable {
  /** Less than this is not worth a start. */
  private static final long FEW = 1 << 21;

  /** Hashed at once; {@link #close} waits for no more. */
  private static final long MANY = 1 << 20;

  /** How far the hash may lie behind. */
  private static final long BEHIND = 1 << 27;

  private final Path file;
  private final long size;
  private final Executor executor;
  private final MessageDigest sha;
  private final WrittenRanges ranges = new WrittenRanges();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;
  private long hashed;
  private boolean following;
  private boolean closed;
  private @Nullable Throwable failure;

  /**
   * Begins to follow a file.
   *
   * @param file has its full size already
   */
  ShardDigest(Path file, long size, Executor executor) throws IOException {
    this.file = file;
    this.size = size;
    this.executor = executor;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      this.sha = MessageDigest.getInstance("SHA-256");
      this.bytes = channel.map(MapMode.READ_ONLY, 0, size, arena);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      arena.close();
      throw e;
    }
  }

  /** Says that bytes are written; once only, because they may be hashed before this returns. */
  synchronized void written(long position, long length) {
    ranges.add(position, length);
    if (!following && count() > 0) {
      following = true;
      executor.execute(this::follow);
    }
  }

  /**
   * Waits until the hash is not far behind. One thread can hash a file; where all processors write
   * it, the hash would have to be finished by one while the others have nothing left to do.
   */
  synchronized void await() {
    await(() -> ranges.end() - hashed <= BEHIND);
  }

  /** How many bytes to hash next. */
  private long count() {
    long ready = ranges.end() - hashed;
    boolean worth = ready >= FEW || ranges.end() == size;
    return closed || failure != null || !worth ? 0 : Math.min(ready, MANY);
  }

  private void follow() {
    try {
      for (long count = next(0); count > 0; count = next(count)) {
        sha.update(bytes.asSlice(hashed, count).asByteBuffer());
      }
    } catch (Throwable e) {
      fail(e);
    }
  }

  /** That this thread stops is decided under the lock under which another would be started. */
  private synchronized long next(long done) {
    hashed += done;
    long count = count();
    following = count > 0;
    notifyAll();
    return count;
  }

  private synchronized void fail(Throwable why) {
    failure = why;
    following = false;
    notifyAll();
  }

  /** The hash of the whole file in hexadecimal, for which all must be written. Asked once. */
  synchronized String get() {
    await(() -> false);
    if (failure != null) {
      throw IngotException.failed("cannot hash " + file + ": " + failure.getMessage());
    }
    if (hashed < size) {
      throw new IllegalStateException(file + " is not complete");
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  /** Waits while this follows, unless something is so before. */
  private synchronized void await(BooleanSupplier enough) {
    boolean interrupted = false;
    while (following && !enough.getAsBoolean()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      await(() -> false);
      arena.close();
    }
  }
}

package io.ingot.run;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * One engine per home folder. The lock belongs to the process and goes with it, however it ends;
 * the text in the file says who holds it.
 */
public final class EngineLock implements AutoCloseable {
  private static final String NAME = "engine.lock";

  /** Far behind the text, so that others can read it where locks are enforced. */
  private static final long POSITION = Long.MAX_VALUE - 1;

  private final FileChannel channel;
  private final FileLock lock;

  private EngineLock(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the lock.
   *
   * @param purpose what this process does, e.g. {@code run jobs/quickstart.yaml}
   * @throws IngotException of kind CONFLICT that names the holder
   */
  public static EngineLock acquire(Path home, String purpose) {
    try {
      Files.createDirectories(home);
      FileChannel channel =
          FileChannel.open(
              home.resolve(NAME),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      Optional<FileLock> lock = tryLock(channel);
      if (lock.isEmpty()) {
        channel.close();
        throw IngotException.conflict(
            "another engine works on "
                + home
                + ": "
                + holder(home)
                + "; wait for it, stop it, or use another --home");
      }
      String text =
          "process "
              + ProcessHandle.current().pid()
              + " since "
              + Instant.now().truncatedTo(ChronoUnit.SECONDS)
              + " ("
              + purpose.replaceAll("\\s+", " ")
              + ")";
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
      return new EngineLock(channel, lock.get());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether an engine, perhaps this process, works on this home. */
  public static boolean isHeld(Path home) {
    if (!Files.exists(home.resolve(NAME))) {
      return false;
    }
    try (FileChannel channel =
        FileChannel.open(home.resolve(NAME), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Optional<FileLock> lock = tryLock(channel);
      if (lock.isPresent()) {
        lock.get().release();
      }
      return lock.isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock(POSITION, 1, false));
    } catch (OverlappingFileLockException e) {
      return Optional.empty();
    }
  }

  private static String holder(Path home) throws IOException {
    String text = Files.readString(home.resolve(NAME)).strip();
    return text.isEmpty() ? "a process that is just starting" : text;
  }

  @Override
  public void close() {
    try {
      channel.truncate(0);
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

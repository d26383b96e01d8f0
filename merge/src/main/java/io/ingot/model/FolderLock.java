package io.ingot.model;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The right to write a folder, held by one thread of one process: a locked file beside the folder,
 * deleted when it is given back. The system unlocks the file of a process that dies; taking it
 * again is possible then.
 */
public final class FolderLock implements AutoCloseable {
  private static final int ATTEMPTS = 100;
  private static final int LONGEST_MARK = 1 << 16;

  /** Files locked by this process: opening one again and closing it would unlock it on POSIX. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private FolderLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** The file that stands for a folder, beside it. */
  static Path beside(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    String name = String.valueOf(absolute.getFileName());
    return absolute.resolveSibling((name.startsWith(".") ? name : "." + name) + ".ingot-lock");
  }

  /** Takes the lock of a folder that need not exist, by a file beside it. */
  public static FolderLock take(Path folder) throws IOException {
    return take(beside(folder), folder);
  }

  /**
   * Takes a lock; does not wait.
   *
   * @param file to be locked; its folder is made when it is not there
   * @param folder what it stands for, as the user named it
   * @throws IngotException CONFLICT when another process or thread has it
   */
  public static FolderLock take(Path file, Path folder) throws IOException {
    Path parent = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent());
    Files.createDirectories(parent);
    Path real = parent.toRealPath().resolve(String.valueOf(file.getFileName()));
    FileChannel channel = null;
    if (HELD.add(real)) {
      try {
        channel = open(real);
      } finally {
        if (channel == null) {
          HELD.remove(real);
        }
      }
    }
    if (channel == null) {
      throw IngotException.conflict(
          "another process writes " + folder + "; wait for it, or name another folder");
    }
    return new FolderLock(real, channel);
  }

  /** The locked file; null when another process has it. */
  private static @Nullable FileChannel open(Path file) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean mine = false;
      try {
        if (channel.tryLock() == null) {
          return null;
        }
        mine = isNamed(channel, file);
        if (mine) {
          return channel;
        }
        // Whoever had it deleted it after we had opened it: what we locked has no name any more.
      } finally {
        if (!mine) {
          channel.close();
        }
      }
    }
    return null;
  }

  /**
   * Whether an open file is still the one of this name, told by a length that it is given: to read
   * it, it would have to be opened again.
   */
  private static boolean isNamed(FileChannel channel, Path file) throws IOException {
    int length = 1 + ThreadLocalRandom.current().nextInt(LONGEST_MARK);
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), length - 1L);
    try {
      return Files.size(file) == length;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Gives it back; a second time does nothing. A file that cannot be deleted locks nothing. */
  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    try (channel) {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It stays, unlocked.
    } finally {
      HELD.remove(file);
    }
  }
}

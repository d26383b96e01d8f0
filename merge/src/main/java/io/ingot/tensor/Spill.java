package io.ingot.tensor;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Where large intermediate results lie: small ones in native memory, large ones in a mapped file
 * beside the output, which the operating system may write out, so that they do not count as memory.
 * Thread-safe.
 *
 * @param folder for the files, which have no name once they are mapped
 */
public record Spill(Path folder) {
  /** Larger segments are files. */
  static final long IN_MEMORY = 1L << 28;

  /**
   * Memory of this size, aligned to 64 bytes, valid until the arena is closed.
   *
   * @throws IngotException when there is no space
   */
  public MemorySegment allocate(Arena arena, long bytes) {
    return bytes <= IN_MEMORY ? arena.allocate(bytes, 64) : mapped(arena, bytes);
  }

  private MemorySegment mapped(Arena arena, long bytes) {
    try {
      Path file = Files.createTempFile(folder, ".ingot-scratch", ".tmp");
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return channel.map(MapMode.READ_WRITE, 0, bytes, arena);
      }
    } catch (IOException e) {
      throw IngotException.failed(
          "no space for %,d bytes of intermediate results in %s: %s"
              .formatted(bytes, folder, e.getMessage()));
    }
  }
}

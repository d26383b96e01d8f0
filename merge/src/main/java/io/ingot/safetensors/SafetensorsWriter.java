package io.ingot.safetensors;

import io.ingot.error.IngotException;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes one safetensors file, atomically: beside its place, synced, then renamed. For models that
 * may need several files see {@link ShardedWriter}.
 */
public final class SafetensorsWriter {
  private SafetensorsWriter() {}

  /**
   * Writes a file.
   *
   * @param tensors what to write; inside the file they are ordered as the reference library does,
   *     by dtype and name
   * @param metadata strings for {@code __metadata__}, e.g. {@code format: pt}
   * @param data gives the row-major little-endian bytes of a tensor
   */
  public static void write(
      Path file,
      List<TensorInfo> tensors,
      Map<String, String> metadata,
      Function<TensorInfo, MemorySegment> data) {
    Path aside = file.resolveSibling("." + file.getFileName() + ".partial");
    FileLayout layout = FileLayout.of(tensors, metadata);
    try {
      try (FileChannel channel =
          FileChannel.open(
              aside,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        write(channel, ByteBuffer.wrap(layout.header()), 0);
        for (TensorInfo tensor : layout.tensors()) {
          MemorySegment bytes = data.apply(tensor);
          if (bytes.byteSize() != tensor.byteSize()) {
            throw new IllegalArgumentException(
                tensor + " has " + bytes.byteSize() + " bytes, expected " + tensor.byteSize());
          }
          write(channel, bytes, layout.position(tensor.name()));
        }
        channel.force(true);
      }
      move(aside, file);
    } catch (IOException e) {
      throw IngotException.failed("cannot write " + file + ": " + e.getMessage());
    } finally {
      deleteQuietly(aside);
    }
  }

  /** Writes a segment of any size at a position of the file. */
  static void write(FileChannel channel, MemorySegment bytes, long position) throws IOException {
    long step = 1 << 26;
    for (long done = 0; done < bytes.byteSize(); done += step) {
      long count = Math.min(step, bytes.byteSize() - done);
      write(channel, bytes.asSlice(done, count).asByteBuffer(), position + done);
    }
  }

  static void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The failure that brought us here is the one to report.
    }
  }
}

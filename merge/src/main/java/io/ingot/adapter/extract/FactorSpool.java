package io.ingot.adapter.extract;

import io.ingot.error.IngotException;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps tensors in a file until all are known: the header of a safetensors file comes first, and
 * the ranks in it are known last.
 */
final class FactorSpool implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final Arena arena = Arena.ofShared();
  private final Map<String, Long> positions = new LinkedHashMap<>();
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

  FactorSpool(Path file) {
    this.file = file;
    try {
      this.channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Tensors that were added. */
  Map<String, TensorInfo> tensors() {
    return tensors;
  }

  void add(String name, DType dtype, float[] values, long... shape) {
    TensorInfo info = new TensorInfo(name, dtype, java.util.Arrays.stream(shape).boxed().toList());
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment bytes = scratch.allocate(Math.max(1, info.byteSize()), 64);
      Elements.write(dtype, values, values.length, bytes, 0);
      positions.put(name, channel.size());
      tensors.put(name, info);
      var buffer = bytes.asSlice(0, info.byteSize()).asByteBuffer();
      long at = channel.size();
      while (buffer.hasRemaining()) {
        at += channel.write(buffer, at);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** The bytes of a tensor, until {@link #close}. */
  MemorySegment data(String name) {
    Long position = positions.get(name);
    TensorInfo info = tensors.get(name);
    if (position == null || info == null) {
      throw new IllegalArgumentException("no factor " + name);
    }
    try {
      return channel.map(FileChannel.MapMode.READ_ONLY, position, info.byteSize(), arena);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private IngotException failed(IOException e) {
    return IngotException.failed(
        "cannot write %s: %s. Free space or choose another place, then run it again"
            .formatted(file, e.getMessage()));
  }

  @Override
  public void close() {
    try {
      arena.close();
      channel.close();
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed(e);
    }
  }
}

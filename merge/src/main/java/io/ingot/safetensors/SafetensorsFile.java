package io.ingot.safetensors;

import io.ingot.error.IngotException;
import io.ingot.tensor.FileStamp;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * One safetensors file, memory-mapped. Opening reads the header only. Safe for concurrent reads.
 */
public final class SafetensorsFile implements TensorSource {
  private final Path path;
  private final SafetensorsHeader header;
  private final SequencedMap<String, TensorInfo> tensors;
  private final Arena arena;
  private final MemorySegment data;
  private final FileStamp stamp;

  private SafetensorsFile(
      Path path, SafetensorsHeader header, Arena arena, MemorySegment data, FileStamp stamp) {
    this.stamp = stamp;
    this.path = path;
    this.header = header;
    this.arena = arena;
    this.data = data;
    SequencedMap<String, TensorInfo> infos = new LinkedHashMap<>();
    header.entries().forEach((name, entry) -> infos.put(name, entry.info()));
    this.tensors = Collections.unmodifiableSequencedMap(infos);
  }

  /**
   * Maps a file and checks its header.
   *
   * @throws IngotException NOT_FOUND, or INVALID saying what is wrong with the file
   */
  public static SafetensorsFile open(Path path) {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      SafetensorsFile file = map(path, channel, arena);
      return file;
    } catch (NoSuchFileException e) {
      arena.close();
      throw IngotException.notFound(path + " does not exist");
    } catch (IOException e) {
      arena.close();
      throw IngotException.failed("cannot read " + path + ": " + e.getMessage());
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static SafetensorsFile map(Path path, FileChannel channel, Arena arena)
      throws IOException {
    String name = path.toString();
    if (Files.isDirectory(path)) {
      throw IngotException.invalid(path + " is a folder; a safetensors file was expected");
    }
    FileStamp stamp = FileStamp.of(path);
    long size = channel.size();
    if (size < 8) {
      throw SafetensorsHeader.corrupt(name, "it has only " + size + " bytes");
    }
    ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, prefix, 0);
    long length = prefix.getLong(0);
    if (length < 0 || length > SafetensorsHeader.MAX_BYTES) {
      throw SafetensorsHeader.corrupt(
          name,
          "it claims a header of %s bytes; at most %d are allowed"
              .formatted(Long.toUnsignedString(length), SafetensorsHeader.MAX_BYTES));
    }
    if (length > size - 8) {
      throw SafetensorsHeader.corrupt(
          name, "it claims a header of " + length + " bytes, but has only " + size + " in all");
    }
    ByteBuffer json = ByteBuffer.allocate((int) length);
    readFully(channel, json, 8);
    long begin = 8 + length;
    SafetensorsHeader header = SafetensorsHeader.parse(name, json.array(), size - begin);
    MemorySegment data =
        size == begin
            ? MemorySegment.NULL
            : channel.map(MapMode.READ_ONLY, begin, size - begin, arena);
    return new SafetensorsFile(path, header, arena, data, stamp);
  }

  private static void readFully(FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("it became shorter while it was read");
      }
    }
  }

  public Path path() {
    return path;
  }

  /** The strings of {@code __metadata__}; empty when there are none. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  @Override
  public SequencedMap<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public MemorySegment data(String name) {
    SafetensorsHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw IngotException.invalid("no tensor '" + name + "' in " + path);
    }
    return data.asSlice(entry.begin(), entry.end() - entry.begin());
  }

  @Override
  public List<FileStamp> files() {
    return List.of(stamp);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}

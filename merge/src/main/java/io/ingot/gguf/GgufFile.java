package io.ingot.gguf;

import io.ingot.error.IngotException;
import io.ingot.tensor.FileStamp;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * A GGUF file (version 2 or 3, either byte order), mapped into memory and checked completely before
 * anything of it is used: every count, length, type, dimension and offset against the file itself.
 * Safe for concurrent reads; segments are valid until {@link #close}.
 */
public final class GgufFile implements AutoCloseable {
  static final int DEFAULT_ALIGNMENT = 32;
  static final String ALIGNMENT_KEY = "general.alignment";
  static final int LONGEST_TENSOR_NAME = 63;
  private static final int LONGEST_KEY = 65535;
  private static final int MAGIC = 0x46554747;

  private final Path path;
  private final Arena arena;
  private final int version;
  private final ByteOrder order;
  private final SequencedMap<String, GgufValue> metadata;
  private final List<GgufTensor> tensors;
  private final long dataStart;
  private final MemorySegment data;
  private final FileStamp stamp;

  private GgufFile(
      Path path,
      Arena arena,
      int version,
      ByteOrder order,
      SequencedMap<String, GgufValue> metadata,
      List<GgufTensor> tensors,
      long dataStart,
      MemorySegment data,
      FileStamp stamp) {
    this.stamp = stamp;
    this.path = path;
    this.arena = arena;
    this.version = version;
    this.order = order;
    this.metadata = Collections.unmodifiableSequencedMap(metadata);
    this.tensors = List.copyOf(tensors);
    this.dataStart = dataStart;
    this.data = data;
  }

  /** Whether the file begins like a GGUF file. */
  public static boolean looksLike(Path path) {
    try (var in = Files.newInputStream(path)) {
      byte[] magic = in.readNBytes(4);
      return magic.length == 4
          && magic[0] == 'G'
          && magic[1] == 'G'
          && magic[2] == 'U'
          && magic[3] == 'F';
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Maps and checks a file.
   *
   * @throws IngotException when it does not exist or is not a well-formed GGUF file
   */
  public static GgufFile open(Path path) {
    if (!Files.isRegularFile(path)) {
      throw IngotException.notFound(path + ": no such file");
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return parse(path, arena, bytes, FileStamp.of(path));
    } catch (IOException e) {
      arena.close();
      throw new IngotException(
          io.ingot.error.ErrorKind.FAILED, path + ": cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static GgufFile parse(Path path, Arena arena, MemorySegment bytes, FileStamp stamp) {
    GgufCursor start = new GgufCursor(path, bytes, ByteOrder.LITTLE_ENDIAN, 0);
    int magic = start.readInt("the magic number");
    if (magic != MAGIC) {
      throw start.broken("it does not begin with 'GGUF'");
    }
    int version = start.readInt("the version");
    ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    if ((version & 0xffff) == 0 && version != 0) {
      order = ByteOrder.BIG_ENDIAN;
      version = Integer.reverseBytes(version);
    }
    if (version != 2 && version != 3) {
      throw start.broken("version " + version + "; versions 2 and 3 are supported");
    }
    GgufCursor in = new GgufCursor(path, bytes, order, 8);
    long tensorCount = in.readLong("the number of tensors");
    long valueCount = in.readLong("the number of metadata values");
    // A tensor takes at least 24 bytes of the header, a metadata value at least 13.
    if (tensorCount < 0 || tensorCount > in.remaining() / 24) {
      throw in.broken("it announces " + Long.toUnsignedString(tensorCount) + " tensors");
    }
    if (valueCount < 0 || valueCount > in.remaining() / 13) {
      throw in.broken("it announces " + Long.toUnsignedString(valueCount) + " metadata values");
    }
    SequencedMap<String, GgufValue> metadata = readMetadata(in, valueCount);
    int alignment = alignment(in, metadata);
    List<GgufTensor> tensors = readTensors(in, tensorCount, alignment);
    long dataStart = Math.ceilDiv(in.position(), (long) alignment) * alignment;
    long dataBytes = tensors.isEmpty() ? 0 : end(tensors.getLast(), in);
    if (dataBytes > 0
        && (dataStart > bytes.byteSize() || dataBytes > bytes.byteSize() - dataStart)) {
      throw in.broken(
          "tensor data of "
              + dataBytes
              + " bytes from byte "
              + dataStart
              + " on goes beyond its end; the file is cut off");
    }
    MemorySegment data = dataBytes == 0 ? MemorySegment.NULL : bytes.asSlice(dataStart, dataBytes);
    return new GgufFile(path, arena, version, order, metadata, tensors, dataStart, data, stamp);
  }

  private static SequencedMap<String, GgufValue> readMetadata(GgufCursor in, long count) {
    SequencedMap<String, GgufValue> metadata = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      String key = in.readName("metadata key " + i, LONGEST_KEY);
      if (key.isEmpty()) {
        throw in.broken("metadata key " + i + " is empty");
      }
      if (metadata.putIfAbsent(key, in.readValue(key)) != null) {
        throw in.broken("the key '" + key + "' occurs twice");
      }
    }
    return metadata;
  }

  private static int alignment(GgufCursor in, SequencedMap<String, GgufValue> metadata) {
    GgufValue value = metadata.get(ALIGNMENT_KEY);
    if (value == null) {
      return DEFAULT_ALIGNMENT;
    }
    if (value.type() != GgufValueType.U32) {
      throw in.broken(ALIGNMENT_KEY + " is of type " + value.label() + ", not u32");
    }
    long alignment = value.integer();
    if (alignment == 0 || Long.bitCount(alignment) != 1 || alignment > 1 << 30) {
      throw in.broken(ALIGNMENT_KEY + " is " + alignment + ", not a power of two");
    }
    return (int) alignment;
  }

  private static List<GgufTensor> readTensors(GgufCursor in, long count, int alignment) {
    List<GgufTensor> tensors = new ArrayList<>();
    Set<String> names = new HashSet<>();
    long expected = 0;
    for (long i = 0; i < count; i++) {
      GgufTensor tensor = readTensor(in, i);
      if (!names.add(tensor.name())) {
        throw in.broken("the tensor '" + tensor.name() + "' occurs twice");
      }
      if (tensor.offset() != expected) {
        throw in.broken(
            "tensor '"
                + tensor.name()
                + "' lies at offset "
                + Long.toUnsignedString(tensor.offset())
                + "; "
                + expected
                + " was expected, right behind the tensor before it");
      }
      tensors.add(tensor);
      long end = end(tensor, in);
      if (end > Long.MAX_VALUE - alignment) {
        throw in.broken("the sizes of its tensors overflow");
      }
      expected = Math.ceilDiv(end, (long) alignment) * alignment;
    }
    return tensors;
  }

  private static GgufTensor readTensor(GgufCursor in, long index) {
    String name = in.readName("the name of tensor " + index, LONGEST_TENSOR_NAME);
    int rank = in.readInt("the rank of tensor '" + name + "'");
    if (rank < 0 || rank > 4) {
      throw in.broken(
          "tensor '" + name + "' has " + Integer.toUnsignedString(rank) + " dimensions; at most 4");
    }
    List<Long> dims = new ArrayList<>(rank);
    long product = 1;
    for (int d = 0; d < rank; d++) {
      long dim = in.readLong("dimension " + d + " of tensor '" + name + "'");
      if (dim < 0) {
        throw in.broken("dimension " + d + " of tensor '" + name + "' is negative");
      }
      dims.add(dim);
      long high = Math.multiplyHigh(product, dim);
      product = product * dim;
      if (high != 0 || product < 0) {
        throw in.broken("the dimensions " + dims + " of tensor '" + name + "' overflow");
      }
    }
    int id = in.readInt("the type of tensor '" + name + "'");
    GgmlType type =
        GgmlType.ofId(id)
            .orElseThrow(() -> in.broken("tensor '" + name + "' has the unknown type " + id));
    long offset = in.readLong("the offset of tensor '" + name + "'");
    GgufTensor tensor = new GgufTensor(name, dims, type, offset);
    if (tensor.columns() % type.blockElements() != 0) {
      throw in.broken(
          "tensor '"
              + name
              + "' has rows of "
              + tensor.columns()
              + " values; "
              + type
              + " needs a multiple of "
              + type.blockElements());
    }
    return tensor;
  }

  private static long end(GgufTensor tensor, GgufCursor in) {
    try {
      return Math.addExact(tensor.offset(), tensor.bytes());
    } catch (ArithmeticException e) {
      throw in.broken("the size of tensor '" + tensor.name() + "' overflows");
    }
  }

  public Path path() {
    return path;
  }

  /** The file as it was when it was opened. */
  public FileStamp stamp() {
    return stamp;
  }

  public int version() {
    return version;
  }

  public boolean isBigEndian() {
    return order == ByteOrder.BIG_ENDIAN;
  }

  /** Keys and values in file order. */
  public SequencedMap<String, GgufValue> metadata() {
    return metadata;
  }

  public Optional<GgufValue> value(String key) {
    return Optional.ofNullable(metadata.get(key));
  }

  /** Tensors in file order. */
  public List<GgufTensor> tensors() {
    return tensors;
  }

  /** Byte of the file at which tensor data begins. */
  public long dataStart() {
    return dataStart;
  }

  /** The data of a tensor of this file, a view of the mapping. */
  public MemorySegment data(GgufTensor tensor) {
    return tensor.bytes() == 0 ? MemorySegment.NULL : data.asSlice(tensor.offset(), tensor.bytes());
  }

  /** The values of a tensor of this file. */
  public FloatRows rows(GgufTensor tensor) {
    return new GgufTensorRows(tensor, data(tensor));
  }

  @Override
  public void close() {
    arena.close();
  }
}

package io.ingot.gguf;

import io.ingot.error.IngotException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads the header of a mapped GGUF file; no length is believed before it was compared. */
final class GgufCursor {
  private static final long LONGEST_STRING = 1L << 30;
  private static final long LONGEST_ARRAY = 1L << 30;

  private final Path file;
  private final MemorySegment bytes;
  private final ByteOrder order;
  private long position;

  GgufCursor(Path file, MemorySegment bytes, ByteOrder order, long position) {
    this.file = file;
    this.bytes = bytes;
    this.order = order;
    this.position = position;
  }

  long position() {
    return position;
  }

  long remaining() {
    return bytes.byteSize() - position;
  }

  int readInt(String what) {
    long at = take(4, what);
    return bytes.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), at);
  }

  long readLong(String what) {
    long at = take(8, what);
    return bytes.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), at);
  }

  /** A key or a name: valid UTF-8 of at most {@code longest} bytes. */
  String readName(String what, int longest) {
    byte[] raw = readString(what);
    if (raw.length > longest) {
      throw broken(
          what + " of " + raw.length + " bytes; at most " + longest + " bytes are allowed");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException e) {
      throw broken(what + " is no valid UTF-8");
    }
  }

  GgufValue readValue(String key) {
    GgufValueType type = readType("the value of '" + key + "'");
    if (type == GgufValueType.STRING) {
      return GgufValue.scalar(type, readString("the value of '" + key + "'"));
    }
    if (type != GgufValueType.ARRAY) {
      return GgufValue.scalar(type, littleEndian(type, 1, "the value of '" + key + "'"));
    }
    String what = "the array '" + key + "'";
    GgufValueType element = readType(what);
    if (element == GgufValueType.ARRAY) {
      throw broken(what + " holds arrays; nested arrays are not supported");
    }
    long count = readLong("the length of " + what);
    long least = Math.max(element.bytes(), element == GgufValueType.STRING ? 8 : 1);
    if (count < 0 || count > LONGEST_ARRAY || count > remaining() / least) {
      throw broken(
          what
              + " announces "
              + Long.toUnsignedString(count)
              + " elements, but only "
              + remaining()
              + " bytes follow");
    }
    if (element != GgufValueType.STRING) {
      return GgufValue.array(element, (int) count, littleEndian(element, (int) count, what));
    }
    return GgufValue.array(element, (int) count, readStrings((int) count, what));
  }

  IngotException broken(String problem) {
    return IngotException.invalid(
        file
            + ": not a usable GGUF file: "
            + problem
            + " (at byte "
            + position
            + " of "
            + bytes.byteSize()
            + "). Get or make the file again.");
  }

  private GgufValueType readType(String what) {
    int id = readInt("the type of " + what);
    return GgufValueType.ofId(id)
        .orElseThrow(() -> broken(what + " has the unknown type " + id + "; known are 0 to 12"));
  }

  private byte[] readStrings(int count, String what) {
    long begin = position;
    for (int i = 0; i < count; i++) {
      skipString(what);
    }
    long length = position - begin;
    if (length > Integer.MAX_VALUE - 16) {
      throw broken(what + " takes " + length + " bytes; at most 2 GiB are supported");
    }
    byte[] raw = bytes.asSlice(begin, length).toArray(ValueLayout.JAVA_BYTE);
    if (order == ByteOrder.BIG_ENDIAN) {
      ByteBuffer buffer = ByteBuffer.wrap(raw);
      while (buffer.hasRemaining()) {
        int at = buffer.position();
        int size = (int) buffer.order(ByteOrder.BIG_ENDIAN).getLong();
        buffer.order(ByteOrder.LITTLE_ENDIAN).putLong(at, size);
        buffer.position(at + 8 + size);
      }
    }
    return raw;
  }

  private void skipString(String what) {
    long length = stringLength(what);
    position += length;
  }

  private byte[] readString(String what) {
    long length = stringLength(what);
    byte[] raw = bytes.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
    position += length;
    return raw;
  }

  private long stringLength(String what) {
    long length = readLong("the length of " + what);
    if (length < 0 || length > LONGEST_STRING || length > remaining()) {
      throw broken(
          what
              + " announces "
              + Long.toUnsignedString(length)
              + " bytes, but only "
              + remaining()
              + " follow");
    }
    return length;
  }

  private byte[] littleEndian(GgufValueType type, int count, String what) {
    long length = (long) count * type.bytes();
    if (length > Integer.MAX_VALUE - 16) {
      throw broken(what + " takes " + length + " bytes; at most 2 GiB are supported");
    }
    long at = take(length, what);
    byte[] raw = bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    if (order == ByteOrder.BIG_ENDIAN) {
      ByteOrders.swap(raw, type.bytes());
    }
    return raw;
  }

  private long take(long length, String what) {
    if (length > remaining()) {
      throw broken(
          "it ends inside " + what + ": " + length + " bytes needed, " + remaining() + " left");
    }
    long at = position;
    position += length;
    return at;
  }
}

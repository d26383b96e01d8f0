package io.ingot.gguf;

import io.ingot.error.IngotException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A metadata value, kept as the exact bytes of a little-endian file so that copying loses nothing:
 * a string is its text without the length, an array its packed elements (strings with lengths).
 * Immutable as long as nobody writes into {@link #raw}.
 */
public final class GgufValue {
  private final GgufValueType type;
  private final @Nullable GgufValueType element;
  private final int count;
  private final byte[] raw;

  private GgufValue(GgufValueType type, @Nullable GgufValueType element, int count, byte[] raw) {
    this.type = type;
    this.element = element;
    this.count = count;
    this.raw = raw;
  }

  static GgufValue scalar(GgufValueType type, byte[] raw) {
    return new GgufValue(type, null, 1, raw);
  }

  static GgufValue array(GgufValueType element, int count, byte[] raw) {
    return new GgufValue(GgufValueType.ARRAY, element, count, raw);
  }

  public static GgufValue of(String text) {
    return scalar(GgufValueType.STRING, text.getBytes(StandardCharsets.UTF_8));
  }

  public static GgufValue of(boolean value) {
    return scalar(GgufValueType.BOOL, new byte[] {(byte) (value ? 1 : 0)});
  }

  /** An unsigned 32-bit number, the type of counts and ids. */
  public static GgufValue u32(long value) {
    if (value < 0 || value > 0xffff_ffffL) {
      throw IngotException.invalid("metadata value " + value + " does not fit an unsigned int");
    }
    return scalar(GgufValueType.U32, buffer(4).putInt((int) value).array());
  }

  public static GgufValue u16(int value) {
    return scalar(GgufValueType.U16, buffer(2).putShort((short) value).array());
  }

  public static GgufValue i32(int value) {
    return scalar(GgufValueType.I32, buffer(4).putInt(value).array());
  }

  /** A 32-bit float, rounded to nearest as the reference writer does. */
  public static GgufValue f32(double value) {
    return scalar(GgufValueType.F32, buffer(4).putFloat((float) value).array());
  }

  public static GgufValue strings(List<String> values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String value : values) {
      byte[] text = value.getBytes(StandardCharsets.UTF_8);
      out.writeBytes(buffer(8).putLong(text.length).array());
      out.writeBytes(text);
    }
    return array(GgufValueType.STRING, values.size(), out.toByteArray());
  }

  public static GgufValue i32s(int[] values) {
    ByteBuffer out = buffer(4 * values.length);
    for (int value : values) {
      out.putInt(value);
    }
    return array(GgufValueType.I32, values.length, out.array());
  }

  public static GgufValue f32s(float[] values) {
    ByteBuffer out = buffer(4 * values.length);
    for (float value : values) {
      out.putFloat(value);
    }
    return array(GgufValueType.F32, values.length, out.array());
  }

  public static GgufValue booleans(List<Boolean> values) {
    byte[] raw = new byte[values.size()];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) (values.get(i) ? 1 : 0);
    }
    return array(GgufValueType.BOOL, raw.length, raw);
  }

  public GgufValueType type() {
    return type;
  }

  /** The type of the elements of an array; null for everything else. */
  public @Nullable GgufValueType element() {
    return element;
  }

  /** The number of elements; 1 for a scalar. */
  public int count() {
    return count;
  }

  byte[] raw() {
    return raw;
  }

  /** Type as users see it, e.g. {@code u32} or {@code arr[str]}. */
  public String label() {
    return element == null ? type.label() : "arr[" + element.label() + "]";
  }

  public boolean isString() {
    return type == GgufValueType.STRING;
  }

  public boolean isArrayOf(GgufValueType wanted) {
    return element == wanted;
  }

  /** The text of a string; bytes that are no UTF-8 become replacement characters. */
  public String text() {
    require(type == GgufValueType.STRING, "a string");
    return new String(raw, StandardCharsets.UTF_8);
  }

  /** The value of an integer scalar of any width; u64 beyond 2^63 is refused. */
  public long integer() {
    require(type.isInteger(), "an integer");
    Object number = number(type, 0);
    require(number instanceof Long, "an integer below 2^63");
    return (Long) number;
  }

  /** The value of a floating or integer scalar. */
  public double real() {
    require(type.isFixed() && type != GgufValueType.BOOL, "a number");
    return ((Number) number(type, 0)).doubleValue();
  }

  public boolean flag() {
    require(type == GgufValueType.BOOL, "a boolean");
    return raw[0] != 0;
  }

  /** The elements of an array of strings. */
  public List<String> texts() {
    require(element == GgufValueType.STRING, "an array of strings");
    List<String> texts = new ArrayList<>(count);
    ByteBuffer in = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      int length = (int) in.getLong();
      texts.add(new String(raw, in.position(), length, StandardCharsets.UTF_8));
      in.position(in.position() + length);
    }
    return texts;
  }

  /** The elements of an array of integers that fit {@code int}. */
  public int[] integers() {
    GgufValueType of = element;
    if (of == null || !of.isInteger()) {
      throw unexpected("an array of integers");
    }
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = Math.toIntExact(((Number) number(of, i)).longValue());
    }
    return values;
  }

  /** The elements of an array of floats. */
  public float[] floats() {
    require(element == GgufValueType.F32, "an array of f32");
    float[] values = new float[count];
    ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** The elements of an array of booleans. */
  public List<Boolean> flags() {
    require(element == GgufValueType.BOOL, "an array of booleans");
    List<Boolean> values = new ArrayList<>(count);
    for (byte value : raw) {
      values.add(value != 0);
    }
    return values;
  }

  /** Plain Java value: String, Boolean, Long, Double, BigInteger, or a List of them. */
  public Object plain() {
    if (type == GgufValueType.STRING) {
      return text();
    }
    GgufValueType of = element;
    if (of == null) {
      return number(type, 0);
    }
    if (of == GgufValueType.STRING) {
      return texts();
    }
    List<Object> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(number(of, i));
    }
    return values;
  }

  /** Texts as C programs copy them: what follows a zero byte is lost. */
  public GgufValue cutAtNul() {
    if (isString()) {
      return cutTo(untilNul(raw, 0, raw.length));
    }
    if (element != GgufValueType.STRING) {
      return this;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(raw.length);
    ByteBuffer in = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      int length = (int) in.getLong();
      int kept = untilNul(raw, in.position(), length);
      out.writeBytes(buffer(8).putLong(kept).array());
      out.write(raw, in.position(), kept);
      in.position(in.position() + length);
    }
    return array(GgufValueType.STRING, count, out.toByteArray());
  }

  /** A text of at most so many bytes. */
  public GgufValue cutTo(int bytes) {
    return bytes >= raw.length ? this : scalar(type, java.util.Arrays.copyOf(raw, bytes));
  }

  private static int untilNul(byte[] bytes, int from, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[from + i] == 0) {
        return i;
      }
    }
    return length;
  }

  private Object number(GgufValueType of, int index) {
    ByteBuffer in = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    int at = index * of.bytes();
    return switch (of) {
      case U8 -> (long) (in.get(at) & 0xff);
      case I8 -> (long) in.get(at);
      case U16 -> (long) (in.getShort(at) & 0xffff);
      case I16 -> (long) in.getShort(at);
      case U32 -> in.getInt(at) & 0xffff_ffffL;
      case I32 -> (long) in.getInt(at);
      case I64 -> in.getLong(at);
      case U64 ->
          in.getLong(at) >= 0
              ? (Object) in.getLong(at)
              : new java.math.BigInteger(Long.toUnsignedString(in.getLong(at)));
      case F32 -> (double) in.getFloat(at);
      case F64 -> in.getDouble(at);
      case BOOL -> in.get(at) != 0;
      case STRING, ARRAY -> throw new IllegalStateException(of.label());
    };
  }

  private void require(boolean holds, String expected) {
    if (!holds) {
      throw unexpected(expected);
    }
  }

  private IngotException unexpected(String expected) {
    return IngotException.invalid(
        "metadata value of type " + label() + " where " + expected + " was expected");
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

package io.ingot.tensor;

import io.ingot.error.IngotException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Reads and writes runs of elements as float32. Little-endian, positions in elements. float64 is
 * rounded to float32, integers are converted. Thread-safe.
 */
public final class Elements {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Elements() {}

  /**
   * Decodes {@code count} elements from {@code position} on into {@code out[0..count)}.
   *
   * @param data the bytes of the tensor
   */
  public static void read(DType dtype, MemorySegment data, long position, float[] out, int count) {
    read(dtype, data, position, out, 0, count);
  }

  /** Decodes {@code count} elements into {@code out[offset..offset + count)}. */
  public static void read(
      DType dtype, MemorySegment data, long position, float[] out, int offset, int count) {
    switch (dtype) {
      case F32 ->
          MemorySegment.copy(
              data,
              ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
              position * 4,
              out,
              offset,
              count);
      case BF16 -> readBf16(data, position, out, offset, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          out[offset + i] = Float.float16ToFloat(data.get(SHORT, (position + i) * 2));
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          out[offset + i] = (float) readOne(dtype, data, position + i);
        }
      }
    }
  }

  /** One element as a double; exact for all but large 64-bit integers. */
  public static double readOne(DType dtype, MemorySegment data, long position) {
    return switch (dtype) {
      case F32 -> Float.intBitsToFloat(data.get(INT, position * 4));
      case BF16 -> BFloat16.toFloat(data.get(SHORT, position * 2));
      case F16 -> Float.float16ToFloat(data.get(SHORT, position * 2));
      case F64 -> Double.longBitsToDouble(data.get(LONG, position * 8));
      case F8_E4M3 -> Float8.fromE4M3(data.get(ValueLayout.JAVA_BYTE, position));
      case F8_E5M2 -> Float8.fromE5M2(data.get(ValueLayout.JAVA_BYTE, position));
      case BOOL, U8 -> data.get(ValueLayout.JAVA_BYTE, position) & 0xFF;
      case I8 -> data.get(ValueLayout.JAVA_BYTE, position);
      case I16 -> data.get(SHORT, position * 2);
      case U16 -> data.get(SHORT, position * 2) & 0xFFFF;
      case I32 -> data.get(INT, position * 4);
      case U32 -> Integer.toUnsignedLong(data.get(INT, position * 4));
      case I64, U64 -> data.get(LONG, position * 8);
    };
  }

  /**
   * Encodes {@code in[0..count)}, rounding once to nearest, ties to even.
   *
   * @throws IngotException for a dtype that weights are not written in
   */
  public static void write(DType dtype, float[] in, int count, MemorySegment data, long position) {
    switch (dtype) {
      case F32 ->
          MemorySegment.copy(
              in,
              0,
              data,
              ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
              position * 4,
              count);
      case BF16 -> writeBf16(in, count, data, position);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          data.set(SHORT, (position + i) * 2, Float.floatToFloat16(in[i]));
        }
      }
      case F64 -> {
        for (int i = 0; i < count; i++) {
          data.set(LONG, (position + i) * 8, Double.doubleToRawLongBits(in[i]));
        }
      }
      case I64 -> {
        for (int i = 0; i < count; i++) {
          data.set(LONG, (position + i) * 8, (long) in[i]);
        }
      }
      case I32 -> {
        for (int i = 0; i < count; i++) {
          data.set(INT, (position + i) * 4, (int) in[i]);
        }
      }
      default -> throw IngotException.invalid("weights are not written as " + dtype);
    }
  }

  /** By way of an array: vectors taken straight from segments of several kinds are slow. */
  private static void readBf16(
      MemorySegment data, long position, float[] out, int offset, int count) {
    short[] bits = Scratch.local().shorts();
    for (int at = 0; at < count; at += Scratch.CHUNK) {
      int chunk = Math.min(Scratch.CHUNK, count - at);
      MemorySegment.copy(data, SHORT, (position + at) * 2, bits, 0, chunk);
      Kernels.decodeBf16(bits, out, offset + at, chunk);
    }
  }

  private static void writeBf16(float[] in, int count, MemorySegment data, long position) {
    short[] bits = Scratch.local().shorts();
    for (int at = 0; at < count; at += Scratch.CHUNK) {
      int chunk = Math.min(Scratch.CHUNK, count - at);
      Kernels.encodeBf16(in, at, bits, chunk);
      MemorySegment.copy(bits, 0, data, SHORT, (position + at) * 2, chunk);
    }
  }
}

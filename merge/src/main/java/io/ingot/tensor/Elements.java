package io.ingot.tensor;

import io.ingot.error.IngotException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reads and writes runs of elements as float32. Little-endian, positions in elements. float64 is
 * rounded to float32, integers are converted. Thread-safe; the plain loops are the specification
 * and the tail of the vector ones.
 */
public final class Elements {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> S =
      VectorSpecies.of(
          short.class,
          jdk.incubator.vector.VectorShape.forBitSize(Math.max(64, I.vectorBitSize() / 2)));
  private static final boolean HALVES = S.length() == I.length();

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

  private static void readBf16(
      MemorySegment data, long position, float[] out, int offset, int count) {
    int i = 0;
    if (HALVES && count >= Kernels.VECTOR_FROM) {
      for (; i <= count - I.length(); i += I.length()) {
        ShortVector.fromMemorySegment(S, data, (position + i) * 2, ByteOrder.LITTLE_ENDIAN)
            .convertShape(VectorOperators.S2I, I, 0)
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, 16)
            .reinterpretAsFloats()
            .intoArray(out, offset + i);
      }
    }
    for (; i < count; i++) {
      out[offset + i] = BFloat16.toFloat(data.get(SHORT, (position + i) * 2));
    }
  }

  private static void writeBf16(float[] in, int count, MemorySegment data, long position) {
    int i = 0;
    if (HALVES && count >= Kernels.VECTOR_FROM) {
      for (; i <= count - I.length(); i += I.length()) {
        FloatVector x = FloatVector.fromArray(F, in, i);
        VectorMask<Integer> nan = x.test(VectorOperators.IS_NAN).cast(I);
        IntVector bits = x.reinterpretAsInts();
        IntVector rounded =
            bits.add(bits.lanewise(VectorOperators.LSHR, 16).and(1).add(0x7FFF))
                .lanewise(VectorOperators.LSHR, 16)
                .blend(0x7FC0, nan);
        ((ShortVector) rounded.convertShape(VectorOperators.I2S, S, 0))
            .intoMemorySegment(data, (position + i) * 2, ByteOrder.LITTLE_ENDIAN);
      }
    }
    for (; i < count; i++) {
      data.set(SHORT, (position + i) * 2, BFloat16.fromFloat(in[i]));
    }
  }

  /** Position of the first NaN or infinity among {@code count} elements; -1 when all are finite. */
  public static int firstNotFinite(float[] values, int count) {
    int i = 0;
    if (count >= Kernels.VECTOR_FROM) {
      for (; i <= count - F.length(); i += F.length()) {
        if (!FloatVector.fromArray(F, values, i).test(VectorOperators.IS_FINITE).allTrue()) {
          break;
        }
      }
    }
    for (; i < count; i++) {
      if (!Float.isFinite(values[i])) {
        return i;
      }
    }
    return -1;
  }
}

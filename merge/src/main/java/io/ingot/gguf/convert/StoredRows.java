package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import io.ingot.gguf.FloatRows;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/** The rows of a tensor of a model, converted to 32-bit floats; data is looked up when read. */
record StoredRows(TensorSource source, TensorInfo info, int columns, long rows)
    implements FloatRows {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A tensor of a model. Scalars have one row of one column. */
  static SourceTensor open(TensorSource source, TensorInfo info) {
    List<Long> shape = info.shape();
    if (!isNumber(info.dtype())) {
      throw IngotException.invalid(
          "tensor '"
              + info.name()
              + "' is of dtype "
              + info.dtype()
              + ", which cannot be converted; pre-quantized models must be converted to 16 bits"
              + " first");
    }
    int columns = shape.isEmpty() ? 1 : Math.toIntExact(shape.getLast());
    long rows = columns == 0 ? 0 : info.elements() / columns;
    return new SourceTensor(
        info.name(), shape, info.dtype() == DType.F16, new StoredRows(source, info, columns, rows));
  }

  private static boolean isNumber(DType dtype) {
    return switch (dtype) {
      case F8_E4M3, F8_E5M2 -> false;
      default -> true;
    };
  }

  @Override
  public void read(long first, int count, float[] into) {
    MemorySegment data = source.data(info.name());
    int bytes = info.dtype().bytes();
    long base = first * columns * bytes;
    int values = count * columns;
    switch (info.dtype()) {
      case F32 -> MemorySegment.copy(data, FLOAT, base, into, 0, values);
      case F16 -> {
        for (int i = 0; i < values; i++) {
          into[i] = Float.float16ToFloat(data.get(SHORT, base + 2L * i));
        }
      }
      case BF16 -> {
        for (int i = 0; i < values; i++) {
          into[i] = Float.intBitsToFloat(data.get(SHORT, base + 2L * i) << 16);
        }
      }
      default -> {
        for (int i = 0; i < values; i++) {
          into[i] = other(data, base + (long) bytes * i);
        }
      }
    }
  }

  private float other(MemorySegment data, long at) {
    return switch (info.dtype()) {
      case F64 -> (float) Double.longBitsToDouble(data.get(LONG, at));
      case I64 -> (float) data.get(LONG, at);
      case U64 -> (float) (data.get(LONG, at) & Long.MAX_VALUE);
      case I32 -> (float) data.get(INT, at);
      case U32 -> (float) (data.get(INT, at) & 0xffff_ffffL);
      case I16 -> data.get(SHORT, at);
      case U16 -> data.get(SHORT, at) & 0xffff;
      case I8 -> data.get(ValueLayout.JAVA_BYTE, at);
      case U8 -> data.get(ValueLayout.JAVA_BYTE, at) & 0xff;
      case BOOL -> data.get(ValueLayout.JAVA_BYTE, at) == 0 ? 0 : 1;
      default -> throw new IllegalStateException(info.dtype().name());
    };
  }
}

package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** F32: the values themselves. */
final class PlainF32 implements BlockCodec {
  @Override
  public GgmlType type() {
    return GgmlType.F32;
  }

  @Override
  public void quantize(
      float[] x,
      int from,
      int count,
      float @Nullable [] weights,
      int weightsFrom,
      byte[] out,
      int at) {
    ByteBuffer.wrap(out, at, 4 * count)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .put(x, from, count);
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    ByteBuffer.wrap(in, at, 4 * count)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(x, from, count);
  }

  @Override
  public boolean isFinite(byte[] data, int at, int count) {
    for (int i = 0; i < count; i++) {
      if ((LittleEndian.int32(data, at + 4 * i) & 0x7f80_0000) == 0x7f80_0000) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean usesWeights() {
    return false;
  }
}

package io.ingot.gguf;

import io.ingot.gguf.quant.BlockCodec;
import io.ingot.gguf.quant.BlockCodecs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The rows of a tensor of a file, dequantized where needed. */
final class GgufTensorRows implements FloatRows {
  private final GgufTensor tensor;
  private final MemorySegment data;
  private final BlockCodec codec;

  GgufTensorRows(GgufTensor tensor, MemorySegment data) {
    this.tensor = tensor;
    this.data = data;
    this.codec = BlockCodecs.of(tensor.type());
  }

  @Override
  public int columns() {
    return Math.toIntExact(tensor.columns());
  }

  @Override
  public long rows() {
    return tensor.rows();
  }

  @Override
  public void read(long first, int count, float[] into) {
    long rowBytes = tensor.type().rowBytes(tensor.columns());
    byte[] raw = data.asSlice(first * rowBytes, count * rowBytes).toArray(ValueLayout.JAVA_BYTE);
    codec.dequantize(raw, 0, into, 0, count * columns());
  }
}

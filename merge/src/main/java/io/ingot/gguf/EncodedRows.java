package io.ingot.gguf;

import io.ingot.gguf.quant.BlockCodec;
import io.ingot.gguf.quant.BlockCodecs;

/** Rows encoded in a type, without importance weights. */
public record EncodedRows(FloatRows rows, GgmlType type) implements TensorBytes {
  @Override
  public void encode(long first, int count, byte[] out) {
    BlockCodec codec = BlockCodecs.of(type);
    int values = Math.multiplyExact(count, rows.columns());
    float[] x = new float[values];
    rows.read(first, count, x);
    codec.quantize(x, 0, values, null, 0, out, 0);
  }
}

package io.ingot.gguf.mix;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgmlType;
import io.ingot.gguf.OutputTensor;
import io.ingot.gguf.TensorBytes;
import io.ingot.gguf.quant.BlockCodec;
import io.ingot.gguf.quant.BlockCodecs;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of a tensor in another type, or copied; what is not finite is refused either way. */
final class QuantizedRows implements TensorBytes {
  private final OutputTensor source;
  private final GgmlType type;
  private final float @Nullable [] weights;
  private final int columns;
  private final long rowsOfExpert;

  /**
   * @param weights importance of the columns, for each expert; null for none
   */
  QuantizedRows(OutputTensor source, GgmlType type, float @Nullable [] weights) {
    this.source = source;
    this.type = type;
    this.weights = weights;
    this.columns = Math.toIntExact(source.dims().isEmpty() ? 1 : source.dims().getFirst());
    this.rowsOfExpert = source.dims().size() < 2 ? 1 : source.dims().get(1);
  }

  @Override
  public void encode(long first, int count, byte[] out) {
    int values = count * columns;
    if (type == source.type()) {
      source.data().encode(first, count, out);
      Optional<BlockCodec> codec = BlockCodecs.find(type);
      if (codec.isPresent() && !codec.get().isFinite(out, 0, values)) {
        throw notFinite("holds values");
      }
      return;
    }
    BlockCodec decoder = BlockCodecs.of(source.type());
    BlockCodec encoder = BlockCodecs.of(type);
    byte[] raw = new byte[Math.toIntExact(source.type().rowBytes(columns) * count)];
    source.data().encode(first, count, raw);
    if (!decoder.isFinite(raw, 0, values)) {
      throw notFinite("holds values");
    }
    float[] x = new float[values];
    decoder.dequantize(raw, 0, x, 0, values);
    if (weights == null || !encoder.usesWeights()) {
      encoder.quantize(x, 0, values, null, 0, out, 0);
    } else {
      int rowBytes = Math.toIntExact(type.rowBytes(columns));
      for (int row = 0; row < count; row++) {
        int expert = (int) ((first + row) / rowsOfExpert);
        encoder.quantize(x, row * columns, columns, weights, expert * columns, out, row * rowBytes);
      }
    }
    if (!encoder.isFinite(out, 0, values)) {
      throw notFinite("quantized to " + type + " has scales");
    }
  }

  private IngotException notFinite(String what) {
    return IngotException.invalid(
        "tensor '"
            + source.name()
            + "' "
            + what
            + " that are infinite or not a number; the model is damaged or overflows this type");
  }
}

package io.ingot.train.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ingot.error.IngotException;
import io.ingot.tensor.DType;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import io.ingot.train.Precision;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Tensors of model files as arrays of the engine: the mapped bytes go in as UINT8, the program
 * reads them as what they are. One copy is made, and the file is not needed afterwards.
 */
public final class TensorLoader {
  private static final long PART_BYTES = 1L << 30;

  private final TorchProgram program;

  /** Uses the method {@code unpack} of the program. */
  public TensorLoader(TorchProgram program) {
    this.program = program;
  }

  /**
   * Loads a tensor.
   *
   * @param manager owns the result
   * @throws IngotException when there is no such tensor, or it holds no numbers of F32, F16, BF16
   */
  public NDArray load(NDManager manager, TensorSource source, String name, Precision precision) {
    TensorInfo info = source.tensors().get(name);
    if (info == null) {
      throw IngotException.invalid("the model has no tensor " + name);
    }
    long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
    try (NDManager scope = manager.newSubManager()) {
      MemorySegment data = source.data(name);
      List<NDArray> parts = new ArrayList<>();
      for (long at = 0; at < data.byteSize(); at += PART_BYTES) {
        long size = Math.min(PART_BYTES, data.byteSize() - at);
        parts.add(
            scope.create(data.asSlice(at, size).asByteBuffer(), new Shape(size), DataType.UINT8));
      }
      long[] format = new long[shape.length + 2];
      format[0] = code(info);
      format[1] = precision == Precision.BF16 ? TorchType.BFLOAT16 : TorchType.FLOAT32;
      System.arraycopy(shape, 0, format, 2, shape.length);
      NDArray loaded =
          program
              .train(
                  scope,
                  "unpack",
                  TorchProgram.Argument.of(scope.create(format)),
                  TorchProgram.Argument.of(parts))
              .get(0);
      loaded.attach(manager);
      return loaded;
    }
  }

  private static long code(TensorInfo info) {
    DType dtype = info.dtype();
    return switch (dtype) {
      case F32 -> TorchType.FLOAT32;
      case F16 -> TorchType.FLOAT16;
      case BF16 -> TorchType.BFLOAT16;
      case F64 -> TorchType.FLOAT64;
      default ->
          throw IngotException.invalid(
              "tensor "
                  + info.name()
                  + " is "
                  + dtype
                  + "; weights to run must be F32, F16, BF16 or F64"
                  + " (dequantize the model first)");
    };
  }
}

package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes one operand as it is, or times a number. */
public final class Copy {
  private static final long STEP = 1 << 22;

  private Copy() {}

  /**
   * Copies bytes where nothing changes, else element by element.
   *
   * @param scale a factor, or null
   */
  public static void write(TensorMerge tensor, Operand operand, @Nullable Double scale) {
    boolean same =
        scale == null
            && operand.data().dtype() == operand.dtype()
            && operand.dtype() == tensor.output().dtype();
    Optional<MemorySegment> bytes = same ? operand.data().bytes() : Optional.empty();
    if (bytes.isPresent()) {
      bytes(tensor, bytes.get(), operand.dtype().bytes());
      return;
    }
    Rounding rounding = Rounding.of(operand.dtype());
    Pass.write(
        tensor,
        List.of(operand),
        (in, out, count, position, temporaries) -> {
          if (scale == null) {
            System.arraycopy(in[0], 0, out, 0, count);
          } else {
            Kernels.scale(out, in[0], scale.floatValue(), count);
            Kernels.round(rounding, out, count);
          }
        });
  }

  private static void bytes(TensorMerge tensor, MemorySegment bytes, int width) {
    for (long at = 0; at < bytes.byteSize(); at += STEP) {
      tensor.output().write(at / width, bytes.asSlice(at, Math.min(STEP, bytes.byteSize() - at)));
    }
  }
}

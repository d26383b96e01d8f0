package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;

/**
 * Arithmetic on the first {@code count} elements of chunks in the dtype of the tensors: every
 * operation is the float32 operation, rounded. The result may be one of the operands.
 */
record Arithmetic(Rounding rounding, int count) {
  void add(float[] out, float[] a, float[] b) {
    Kernels.add(out, a, b, count);
    Kernels.round(rounding, out, count);
  }

  void subtract(float[] out, float[] a, float[] b) {
    Kernels.subtract(out, a, b, count);
    Kernels.round(rounding, out, count);
  }

  void multiply(float[] out, float[] a, float[] b) {
    Kernels.multiply(out, a, b, count);
    Kernels.round(rounding, out, count);
  }

  void divide(float[] out, float[] a, float[] b) {
    Kernels.divide(out, a, b, count);
    Kernels.round(rounding, out, count);
  }

  void scale(float[] out, float[] a, float factor) {
    Kernels.scale(out, a, factor, count);
    Kernels.round(rounding, out, count);
  }

  void divide(float[] out, float[] a, float divisor) {
    Kernels.divide(out, a, divisor, count);
    Kernels.round(rounding, out, count);
  }

  void round(float[] a) {
    Kernels.round(rounding, a, count);
  }
}

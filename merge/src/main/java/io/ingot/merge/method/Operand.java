package io.ingot.merge.method;

import io.ingot.merge.recipe.ModelRef;
import io.ingot.tensor.DType;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.Rounding;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one model gives to a tensor: its data, cast to the dtype of the arithmetic when it is
 * loaded, and its parameters.
 *
 * @param dtype after loading
 */
public record Operand(
    ModelRef model, TensorData data, DType dtype, Map<String, Double> parameters) {
  public List<Long> shape() {
    return data.shape();
  }

  public long elements() {
    return data.elements();
  }

  /** A parameter that the plan made sure of. */
  public double number(String name) {
    Double value = parameters.get(name);
    if (value == null) {
      throw new IllegalStateException("no parameter " + name + " for " + model);
    }
    return value;
  }

  /** A parameter that may be left out. */
  public @Nullable Double optional(String name) {
    return parameters.get(name);
  }

  /** The same with other data. */
  Operand with(TensorData other) {
    return new Operand(model, other, dtype, parameters);
  }

  /** Reads elements as float32 values of {@link #dtype}, to the start of {@code out}. */
  public void read(long position, float[] out, int count) {
    data.read(position, out, 0, count);
    if (data.dtype() != dtype) {
      Kernels.round(Rounding.of(dtype), out, count);
    }
  }
}

package io.ingot.adapter.extract;

import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A tensor of the model and the base's counterpart.
 *
 * @param name by which the base's module is known
 * @param tuned the model's; under another name where a tied tensor stands for it
 * @param original the base's, likewise
 */
record TensorPair(String name, TensorInfo tuned, TensorInfo original) {
  private static final int CHUNK = 1 << 14;

  boolean sameShape() {
    return tuned.shape().equals(original.shape());
  }

  /** Whether any value differs; always when the shapes do. */
  boolean differs(TensorSource model, TensorSource base) {
    if (!sameShape()) {
      return true;
    }
    MemorySegment a = model.data(tuned.name());
    MemorySegment b = base.data(original.name());
    if (tuned.dtype() == original.dtype()) {
      return a.mismatch(b) >= 0;
    }
    float[] x = new float[CHUNK];
    float[] y = new float[CHUNK];
    for (long at = 0; at < tuned.elements(); at += CHUNK) {
      int count = (int) Math.min(CHUNK, tuned.elements() - at);
      Elements.read(tuned.dtype(), a, at, x, count);
      Elements.read(original.dtype(), b, at, y, count);
      if (Arrays.mismatch(x, 0, count, y, 0, count) >= 0) {
        return true;
      }
    }
    return false;
  }
}

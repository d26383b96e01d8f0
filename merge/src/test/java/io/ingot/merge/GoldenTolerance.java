package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.tensor.DType;
import io.ingot.tensor.Elements;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.lang.foreign.MemorySegment;

/** What a golden case allows: steps and distances per element, and numbers of exceptions. */
final class GoldenTolerance {
  private final JsonNode limits;
  private long outliers;
  private long mismatches;

  GoldenTolerance(JsonNode limits) {
    this.limits = limits;
  }

  void compare(TensorInfo info, MemorySegment got, MemorySegment want) {
    for (long i = 0; i < info.elements(); i++) {
      double a = Elements.readOne(info.dtype(), got, i);
      double b = Elements.readOne(info.dtype(), want, i);
      long steps = Math.abs(order(info.dtype(), a) - order(info.dtype(), b));
      mismatches += steps == 0 ? 0 : 1;
      double distance = Math.abs(a - b);
      if (steps > limits.path("max_ulp").asLong()
          && !(distance <= limits.path("max_abs").asDouble())) {
        outliers++;
        assertThat(distance)
            .as("%s[%d]", info.name(), i)
            .isLessThanOrEqualTo(limits.path("outlier_max_abs").asDouble());
      }
    }
  }

  void check() {
    assertThat(outliers)
        .as("outliers")
        .isLessThanOrEqualTo(limits.path("outlier_elements").asLong());
    if (limits.has("max_mismatch_elements")) {
      assertThat(mismatches)
          .as("elements with other bits")
          .isLessThanOrEqualTo(limits.path("max_mismatch_elements").asLong());
    }
  }

  /** Position of a value among all values of its dtype. */
  private static long order(DType dtype, double value) {
    int bits =
        switch (dtype) {
          case BF16 -> Float.floatToRawIntBits((float) value) >> 16;
          case F16 -> Float.floatToFloat16((float) value);
          default -> Float.floatToRawIntBits((float) value);
        };
    int sign = dtype == DType.F32 ? 0x7FFFFFFF : 0x7FFF;
    return bits < 0 ? -(long) (bits & sign) : bits;
  }

  /** How far two tensors are apart, for messages. */
  static String difference(TensorInfo info, TensorSource got, TensorSource want) {
    if (!want.tensors().containsKey(info.name())) {
      return "no values to compare with";
    }
    long count = 0;
    double largest = 0;
    for (long i = 0; i < info.elements(); i++) {
      double a = Elements.readOne(info.dtype(), got.data(info.name()), i);
      double b = Elements.readOne(info.dtype(), want.data(info.name()), i);
      count += a == b ? 0 : 1;
      largest = Math.max(largest, Math.abs(a - b));
    }
    return count + " elements, by up to " + largest;
  }
}

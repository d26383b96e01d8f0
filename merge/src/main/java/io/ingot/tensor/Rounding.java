package io.ingot.tensor;

/**
 * Round-to-nearest-even of a float32 into a narrower format, given back as the float32 of the same
 * value. An operation "in bfloat16" is the float32 operation followed by this, as on every CPU
 * backend of torch.
 */
public enum Rounding {
  F32 {
    @Override
    public float apply(float x) {
      return x;
    }
  },
  F16 {
    @Override
    public float apply(float x) {
      return Float.float16ToFloat(Float.floatToFloat16(x));
    }
  },
  BF16 {
    @Override
    public float apply(float x) {
      return BFloat16.round(x);
    }
  };

  public abstract float apply(float x);

  /** Of a double, first to float32 as torch does, then into the format. */
  public float apply(double x) {
    return apply((float) x);
  }

  /** The rounding of arithmetic on tensors of this dtype; float64 is computed in float32. */
  public static Rounding of(DType dtype) {
    return switch (dtype) {
      case BF16 -> BF16;
      case F16 -> F16;
      default -> F32;
    };
  }
}

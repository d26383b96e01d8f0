package io.ingot.train.torch;

/** Numbers of the dtypes in TorchScript text (c10/core/ScalarType.h). */
public final class TorchType {
  public static final int FLOAT16 = 5;
  public static final int FLOAT32 = 6;
  public static final int FLOAT64 = 7;
  public static final int BFLOAT16 = 15;

  private TorchType() {}
}

package io.ingot.gguf.quant;

/** What the ternary types share: the scale is the largest magnitude of the block. */
final class Ternary {
  private Ternary() {}

  static float magnitude(float[] x, int from) {
    float amax = 0f;
    for (int j = 0; j < 256; j++) {
      float value = Math.abs(x[from + j]);
      amax = amax > value ? amax : value;
    }
    return amax;
  }
}

package io.ingot.gguf.quant;

/** 256 two-bit levels in 64 bytes, four rows of 32 per half: Q2_K, Q3_K and TQ2_0. */
final class TwoBits {
  private TwoBits() {}

  static void pack(byte[] levels, byte[] out, int at) {
    for (int half = 0; half < 2; half++) {
      for (int l = 0; l < 32; l++) {
        int j = 128 * half + l;
        out[at + 32 * half + l] =
            (byte) (levels[j] | levels[j + 32] << 2 | levels[j + 64] << 4 | levels[j + 96] << 6);
      }
    }
  }

  static int get(byte[] in, int at, int element) {
    return in[at + 32 * (element / 128) + element % 32] >> 2 * (element % 128 / 32) & 3;
  }
}

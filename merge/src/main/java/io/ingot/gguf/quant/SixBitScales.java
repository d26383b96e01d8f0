package io.ingot.gguf.quant;

/** Eight 6-bit scales and eight 6-bit minima in 12 bytes, as Q4_K and Q5_K keep them. */
final class SixBitScales {
  private SixBitScales() {}

  static void pack(byte[] scales, byte[] mins, byte[] out, int at) {
    for (int j = 0; j < 8; j++) {
      int scale = scales[j] & 0xff;
      int min = mins[j] & 0xff;
      if (j < 4) {
        out[at + j] = (byte) scale;
        out[at + j + 4] = (byte) min;
      } else {
        out[at + j + 4] = (byte) (scale & 15 | (min & 15) << 4);
        out[at + j - 4] |= (byte) (scale >> 4 << 6);
        out[at + j] |= (byte) (min >> 4 << 6);
      }
    }
  }

  static int scale(byte[] in, int at, int j) {
    return j < 4 ? in[at + j] & 63 : in[at + j + 4] & 15 | (in[at + j - 4] >> 6 & 3) << 4;
  }

  static int min(byte[] in, int at, int j) {
    return j < 4 ? in[at + j + 4] & 63 : in[at + j + 4] >> 4 & 15 | (in[at + j] >> 6 & 3) << 4;
  }
}

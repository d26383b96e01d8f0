package io.ingot.gguf.quant;

/** How the 32 levels of a legacy block are packed: nibbles, and the fifth bits in one word. */
final class FiveBits {
  private FiveBits() {}

  static void pack(byte[] levels, boolean five, byte[] out, int high, int nibbles) {
    int bits = 0;
    for (int j = 0; j < 16; j++) {
      int low = levels[j] & 0xff;
      int up = levels[j + 16] & 0xff;
      out[nibbles + j] = (byte) (five ? (low & 15) | (up & 15) << 4 : low | up << 4);
      bits |= (low >> 4 & 1) << j | (up >> 4 & 1) << (j + 16);
    }
    if (five) {
      LittleEndian.putInt32(out, high, bits);
    }
  }
}

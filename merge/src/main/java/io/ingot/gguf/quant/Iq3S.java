package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;

/** IQ3_S: 512 points of 4 values, free signs, a 4-bit scale for 32 values. */
final class Iq3S extends LatticeBlocks {
  private static final int HIGH = 66;
  private static final int SIGNS = 74;
  private static final int SCALES = 106;

  Iq3S() {
    super(
        GgmlType.IQ3_S,
        new LatticeSearch.Rules(Lattice.IQ3_S, 32, 9, 0.2f, 0f, false, true),
        2f,
        false,
        1.033f);
  }

  @Override
  void putGroup(byte[] out, int at, int group, int place, LatticeSearch found) {
    // The reference does not leave room for groups of zeros here, but does for the high bits.
    for (int k = 0; k < 8; k++) {
      out[at + 2 + 8 * place + k] = (byte) found.points[k];
      out[at + HIGH + group] |= (byte) (found.points[k] >> 8 << k);
    }
    for (int k = 0; k < 4; k++) {
      out[at + SIGNS + 4 * place + k] = (byte) found.signs[k];
    }
  }

  @Override
  void putScale(byte[] out, int at, int group, int level) {
    out[at + SCALES + group / 2] |= (byte) (level << 4 * (group % 2));
  }

  @Override
  void restore(byte[] in, int at, int part, float d, float[] x, int from) {
    float scale = d * (1 + 2 * (in[at + SCALES + part / 2] >> 4 * (part % 2) & 15));
    for (int i = 0; i < 32; i++) {
      int k = i / 4;
      int point = in[at + 2 + 8 * part + k] & 0xff | (in[at + HIGH + part] >> k & 1) << 8;
      int value = 2 * Lattice.IQ3_S.level(point, i % 4) + 1;
      x[from + i] = signed(scale * value, in[at + SIGNS + 4 * part + i / 8], i % 8);
    }
  }
}

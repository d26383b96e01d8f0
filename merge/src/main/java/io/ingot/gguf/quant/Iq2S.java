package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;

/** IQ2_S: 1024 points of 8 values, free signs, a 4-bit scale for 16 values. */
final class Iq2S extends LatticeBlocks {
  private static final int SIGNS = 34;
  private static final int HIGH = 66;
  private static final int SCALES = 74;

  Iq2S() {
    super(
        GgmlType.IQ2_S,
        new LatticeSearch.Rules(Lattice.IQ2_S, 16, 9, 0.1f, 1e-8f, false, false),
        2f,
        true,
        0.9875f);
  }

  @Override
  void putGroup(byte[] out, int at, int group, int place, LatticeSearch found) {
    for (int k = 0; k < 2; k++) {
      int eight = 2 * group + k;
      out[at + 2 + eight] = (byte) found.points[k];
      out[at + HIGH + eight / 4] |= (byte) (found.points[k] >> 8 << 2 * (eight % 4));
      out[at + SIGNS + eight] = (byte) found.signs[k];
    }
  }

  @Override
  void putScale(byte[] out, int at, int group, int level) {
    out[at + SCALES + group / 2] |= (byte) (level << 4 * (group % 2));
  }

  @Override
  void restore(byte[] in, int at, int part, float d, float[] x, int from) {
    int scales = in[at + SCALES + part];
    for (int k = 0; k < 4; k++) {
      float scale = d * (0.5f + (scales >> 4 * (k / 2) & 15)) * 0.25f;
      int eight = 4 * part + k;
      int point = in[at + 2 + eight] & 0xff | (in[at + HIGH + part] >> 2 * k & 3) << 8;
      for (int i = 0; i < 8; i++) {
        x[from + 8 * k + i] =
            signed(scale * TWO_BITS[Lattice.IQ2_S.level(point, i)], in[at + SIGNS + eight], i);
      }
    }
  }
}

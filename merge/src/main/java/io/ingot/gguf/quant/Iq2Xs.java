package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;

/** IQ2_XS: 512 points of 8 values, even signs, a 4-bit scale for 16 values. */
final class Iq2Xs extends LatticeBlocks {
  private static final int SCALES = 66;

  Iq2Xs() {
    super(
        GgmlType.IQ2_XS,
        new LatticeSearch.Rules(Lattice.IQ2_XS, 16, 9, 0.1f, 1e-15f, true, false),
        1f,
        false,
        1f);
  }

  @Override
  void putGroup(byte[] out, int at, int group, int place, LatticeSearch found) {
    for (int k = 0; k < 2; k++) {
      LittleEndian.putInt16(out, at + 2 + 4 * group + 2 * k, found.points[k] | found.signs[k] << 9);
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
      int packed = LittleEndian.uint16(in, at + 2 + 8 * part + 2 * k);
      int signs = LatticeSearch.evenSigns(packed >> 9);
      for (int i = 0; i < 8; i++) {
        x[from + 8 * k + i] =
            signed(scale * TWO_BITS[Lattice.IQ2_XS.level(packed & 511, i)], signs, i);
      }
    }
  }
}

package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;

/** IQ3_XXS: 256 points of 4 values, even signs, a 4-bit scale for 32 values. */
final class Iq3Xxs extends LatticeBlocks {
  private static final int[] VALUES = {4, 12, 20, 28, 36, 44, 52, 62};
  private static final int WORDS = 66;

  Iq3Xxs() {
    super(
        GgmlType.IQ3_XXS,
        new LatticeSearch.Rules(Lattice.IQ3_XXS, 32, 15, 0.2f, 1e-8f, true, false),
        2f,
        false,
        1.0125f);
  }

  @Override
  void putGroup(byte[] out, int at, int group, int place, LatticeSearch found) {
    for (int k = 0; k < 8; k++) {
      out[at + 2 + 8 * group + k] = (byte) found.points[k];
    }
    int signs = 0;
    for (int k = 0; k < 4; k++) {
      signs |= found.signs[k] << 7 * k;
    }
    LittleEndian.putInt32(out, at + WORDS + 4 * group, signs);
  }

  @Override
  void putScale(byte[] out, int at, int group, int level) {
    int word = at + WORDS + 4 * group;
    LittleEndian.putInt32(out, word, LittleEndian.int32(out, word) | level << 28);
  }

  @Override
  void restore(byte[] in, int at, int part, float d, float[] x, int from) {
    int packed = LittleEndian.int32(in, at + WORDS + 4 * part);
    float scale = d * (0.5f + (packed >>> 28)) * 0.5f;
    for (int i = 0; i < 32; i++) {
      int point = in[at + 2 + 8 * part + i / 4] & 0xff;
      int signs = LatticeSearch.evenSigns(packed >> 7 * (i / 8) & 127);
      x[from + i] = signed(scale * VALUES[Lattice.IQ3_XXS.level(point, i % 4)], signs, i % 8);
    }
  }
}

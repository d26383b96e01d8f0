package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;

/** IQ2_XXS: 256 points of 8 values, even signs, a 4-bit scale for 32 values. */
final class Iq2Xxs extends LatticeBlocks {
  Iq2Xxs() {
    super(
        GgmlType.IQ2_XXS,
        new LatticeSearch.Rules(Lattice.IQ2_XXS, 32, 6, 0.1f, 1e-15f, true, true),
        1f,
        false,
        1f);
  }

  @Override
  void putGroup(byte[] out, int at, int group, int place, LatticeSearch found) {
    int word = at + 2 + 8 * group;
    int signs = 0;
    for (int k = 0; k < 4; k++) {
      out[word + k] = (byte) found.points[k];
      signs |= found.signs[k] << 7 * k;
    }
    LittleEndian.putInt32(out, word + 4, signs);
  }

  @Override
  void putScale(byte[] out, int at, int group, int level) {
    int word = at + 2 + 8 * group + 4;
    LittleEndian.putInt32(out, word, LittleEndian.int32(out, word) | level << 28);
  }

  @Override
  void restore(byte[] in, int at, int part, float d, float[] x, int from) {
    int word = at + 2 + 8 * part;
    int packed = LittleEndian.int32(in, word + 4);
    float scale = d * (0.5f + (packed >>> 28)) * 0.25f;
    for (int k = 0; k < 4; k++) {
      int point = in[word + k] & 0xff;
      int signs = LatticeSearch.evenSigns(packed >> 7 * k & 127);
      for (int i = 0; i < 8; i++) {
        x[from + 8 * k + i] = signed(scale * TWO_BITS[Lattice.IQ2_XXS.level(point, i)], signs, i);
      }
    }
  }
}

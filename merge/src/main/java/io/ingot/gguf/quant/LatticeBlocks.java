package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/** The frame of the IQ2 and IQ3 types: groups are searched, then their scales are rounded. */
abstract class LatticeBlocks extends ScaledBlocks {
  /** Values of level 0, 1, 2 in eighths. */
  static final int[] TWO_BITS = {8, 25, 43};

  private final LatticeSearch.Rules rules;
  private final float factor;
  private final boolean offset;
  private final float correction;

  /**
   * @param factor sigma² = factor · mean square of the block
   * @param offset whether a quarter of sigma² is part of the weights without importance
   * @param correction what the stored scale is multiplied with
   */
  LatticeBlocks(
      GgmlType type, LatticeSearch.Rules rules, float factor, boolean offset, float correction) {
    super(type, 0);
    this.rules = rules;
    this.factor = factor;
    this.offset = offset;
    this.correction = correction;
  }

  /**
   * Stores points and signs of a group; bytes are zero before.
   *
   * @param place number of the group among those that are not zero
   */
  abstract void putGroup(byte[] out, int at, int group, int place, LatticeSearch found);

  /** Stores the 4-bit scale of a group. */
  abstract void putScale(byte[] out, int at, int group, int level);

  /** Restores the 32 values of part {@code part}; {@code d} is the block's scale. */
  abstract void restore(byte[] in, int at, int part, float d, float[] x, int from);

  @Override
  public final void quantize(
      float[] x,
      int from,
      int count,
      float @Nullable [] weights,
      int weightsFrom,
      byte[] out,
      int at) {
    LatticeSearch search = new LatticeSearch(rules);
    int n = rules.group();
    float[] local = new float[n];
    float[] scales = new float[256 / n];
    int bytes = type().blockBytes();
    for (int end = from + count; from < end; from += 256, weightsFrom += 256, at += bytes) {
      java.util.Arrays.fill(out, at, at + bytes, (byte) 0);
      float sigma2 = factor * RowWeights.squares(x, from, 256) / 256;
      float max = 0;
      int place = 0;
      for (int g = 0; g < scales.length; g++) {
        int group = from + n * g;
        LatticeSearch.weights(
            x, group, n, weights, weightsFrom + n * g, sigma2, offset ? 0.25f * sigma2 : 0, local);
        scales[g] = search.search(x, group, local);
        if (!search.skipped) {
          putGroup(out, at, g, place++, search);
        }
        max = max > scales[g] ? max : scales[g];
      }
      if (max == 0) {
        if (rules.evenSigns()) {
          java.util.Arrays.fill(out, at, at + bytes, (byte) 0);
        }
        continue;
      }
      float d = max / 31;
      LittleEndian.putHalf(out, at, d * correction);
      float inverse = 1 / d;
      for (int g = 0; g < scales.length; g++) {
        putScale(out, at, g, LatticeSearch.scaleLevel(inverse, scales[g]));
      }
    }
  }

  @Override
  public final void dequantize(byte[] in, int at, float[] x, int from, int count) {
    int bytes = type().blockBytes();
    for (int end = from + count; from < end; from += 256, at += bytes) {
      float d = LittleEndian.half(in, at);
      for (int part = 0; part < 8; part++) {
        restore(in, at, part, d, x, from + 32 * part);
      }
    }
  }

  static float signed(float value, int signs, int i) {
    return value * ((signs >> i & 1) == 1 ? -1f : 1f);
  }
}

package io.ingot.gguf.quant;

import org.jspecify.annotations.Nullable;

/** The symmetric searches of all groups of a range: scale and levels of each. */
final class SymmetricGroups {
  private final int size;
  private final SymmetricLanes lanes;
  private float[] scales = new float[0];
  private byte[] levels = new byte[0];

  /**
   * @param size values of a group
   * @param half levels go from −half to half − 1
   */
  SymmetricGroups(int size, int half) {
    this.size = size;
    this.lanes = new SymmetricLanes(size, half);
  }

  /** Weights are those given, or the squares of the values. */
  void search(float[] x, int from, int count, float @Nullable [] weights, int weightsFrom) {
    if (levels.length < count) {
      levels = new byte[count];
      scales = new float[count / size];
    }
    int groups = count / size;
    for (int begin = 0; begin < groups; begin += SymmetricLanes.LANES) {
      int used = Math.min(SymmetricLanes.LANES, groups - begin);
      for (int lane = 0; lane < used; lane++) {
        int group = begin + lane;
        if (weights == null) {
          lanes.put(lane, x, from + group * size);
        } else {
          lanes.put(lane, x, from + group * size, weights, weightsFrom + group * size);
        }
      }
      lanes.search();
      for (int lane = 0; lane < used; lane++) {
        scales[begin + lane] = lanes.scale(lane);
        lanes.levels(lane, levels, (begin + lane) * size);
      }
    }
  }

  void take(int group, int count, float[] intoScales, byte[] intoLevels) {
    System.arraycopy(scales, group, intoScales, 0, count);
    System.arraycopy(levels, group * size, intoLevels, 0, count * size);
  }

  /** Chooses levels for a given scale: a true division, as the reference does. */
  static void requantize(
      float[] x, int from, int n, float scale, int half, byte[] levels, int levelsFrom) {
    for (int i = 0; i < n; i++) {
      int level = Search.clamp(Rounding.nearest(x[from + i] / scale), -half, half - 1);
      levels[levelsFrom + i] = (byte) (level + half);
    }
  }
}

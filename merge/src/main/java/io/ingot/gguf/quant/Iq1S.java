package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/**
 * IQ1_S: 2048 points of 8 ternary values, for 32 values a 3-bit scale and the sign of a shift by an
 * eighth. The two boundaries between the three levels are found by trying all.
 */
final class Iq1S extends ScaledBlocks {
  private static final int N = 32;
  private static final int HIGH = 34;
  private static final float EPSILON = 1e-12f;

  Iq1S() {
    super(GgmlType.IQ1_S, 0);
  }

  /** State of the search for one group. */
  private static final class Group {
    final float[] weights = new float[N];
    final int[] order = new int[N];
    final float[] sumx = new float[N + 1];
    final float[] sumw = new float[N + 1];
    final byte[] levels = new byte[N];
    final int[] points = new int[N / 8];
    boolean minus;

    /** The scale; 0 leaves the points as zeros. */
    float search(float[] x, int from) {
      java.util.Arrays.fill(points, 0);
      minus = false;
      float max = Math.abs(x[from]);
      for (int i = 1; i < N; i++) {
        max = Math.max(max, Math.abs(x[from + i]));
      }
      if (max < EPSILON) {
        return 0;
      }
      TernarySplit.order(x, from, N, order);
      for (int j = 0; j < N; j++) {
        int i = order[j];
        sumx[j + 1] = sumx[j] + weights[i] * x[from + i];
        sumw[j + 1] = sumw[j] + weights[i];
      }
      float best = -Float.MAX_VALUE;
      float scale = max;
      int first = -1;
      int second = -1;
      for (int i1 = 0; i1 <= N; i1++) {
        for (int i2 = i1; i2 <= N; i2++) {
          for (int side = 0; side < 2; side++) {
            float[] v = side == 0 ? TernarySplit.PLUS : TernarySplit.MINUS;
            float sumqx =
                (sumx[i1] - sumx[0]) * v[0]
                    + (sumx[i2] - sumx[i1]) * v[1]
                    + (sumx[N] - sumx[i2]) * v[2];
            float sumq2 =
                (sumw[i1] - sumw[0]) * v[0] * v[0]
                    + (sumw[i2] - sumw[i1]) * v[1] * v[1]
                    + (sumw[N] - sumw[i2]) * v[2] * v[2];
            if (sumq2 > 0 && sumqx * sumqx > best * sumq2) {
              scale = sumqx / sumq2;
              best = scale * sumqx;
              first = i1;
              second = i2;
              minus = side == 1;
            }
          }
        }
      }
      if (first < 0) {
        minus = false;
        return 0;
      }
      TernarySplit.assign(order, N, first, second, levels);
      if (scale < 0) {
        TernarySplit.mirror(levels, N);
        scale = -scale;
        minus = !minus;
      }
      return fit(x, from, scale);
    }

    private float fit(float[] x, int from, float scale) {
      float[] v = minus ? TernarySplit.MINUS : TernarySplit.PLUS;
      boolean exact = true;
      for (int k = 0; k < points.length; k++) {
        int point = TernarySplit.point(levels, 8 * k, x, from, weights, scale, v);
        exact &= point >= 0;
        points[k] = point >= 0 ? point : -1 - point;
      }
      if (exact) {
        return scale;
      }
      float sumqx = 0;
      float sumq2 = 0;
      for (int j = 0; j < N; j++) {
        float w = weights[j];
        float q = v[Lattice.IQ1.level(points[j / 8], j % 8)];
        sumqx += w * q * x[from + j];
        sumq2 += w * q * q;
      }
      return sumqx > 0 && sumq2 > 0 ? sumqx / sumq2 : scale;
    }
  }

  @Override
  public void quantize(
      float[] x,
      int from,
      int count,
      float @Nullable [] weights,
      int weightsFrom,
      byte[] out,
      int at) {
    Group group = new Group();
    float[] scales = new float[8];
    boolean[] minus = new boolean[8];
    for (int end = from + count; from < end; from += 256, weightsFrom += 256, at += 50) {
      java.util.Arrays.fill(out, at, at + 50, (byte) 0);
      float sigma2 = 2 * RowWeights.squares(x, from, 256) / 256;
      float max = 0;
      for (int g = 0; g < 8; g++) {
        LatticeSearch.weights(
            x, from + N * g, N, weights, weightsFrom + N * g, sigma2, 0, group.weights);
        scales[g] = group.search(x, from + N * g);
        minus[g] = group.minus;
        int high = 0;
        for (int k = 0; k < 4; k++) {
          out[at + 2 + 4 * g + k] = (byte) group.points[k];
          high |= group.points[k] >> 8 << 3 * k;
        }
        LittleEndian.putInt16(out, at + HIGH + 2 * g, high);
        max = Math.max(max, scales[g]);
      }
      if (max == 0) {
        continue;
      }
      float d = max / 15;
      LittleEndian.putHalf(out, at, d * 1.125f);
      float inverse = 1 / d;
      for (int g = 0; g < 8; g++) {
        int level = TernarySplit.scaleLevel(inverse, scales[g]) | (minus[g] ? 8 : 0);
        int word = at + HIGH + 2 * g;
        LittleEndian.putInt16(out, word, LittleEndian.uint16(out, word) | level << 12);
      }
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 256, at += 50) {
      float d = LittleEndian.half(in, at);
      for (int g = 0; g < 8; g++) {
        int high = LittleEndian.uint16(in, at + HIGH + 2 * g);
        float scale = d * (2 * (high >> 12 & 7) + 1);
        for (int k = 0; k < 4; k++) {
          int point = in[at + 2 + 4 * g + k] & 0xff | (high >> 3 * k & 7) << 8;
          TernarySplit.restore(point, scale, (high & 0x8000) != 0, x, from + N * g + 8 * k);
        }
      }
    }
  }
}

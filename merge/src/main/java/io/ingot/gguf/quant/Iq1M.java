package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/**
 * IQ1_M: like IQ1_S with a 3-bit scale for 16 values and a shift of its own for each 8; the block's
 * scale is spread over the upper bits of the scale words.
 */
final class Iq1M implements BlockCodec {
  private static final int N = 16;
  private static final int HIGH = 32;
  private static final int SCALES = 48;
  private static final float EPSILON = 1e-7f;

  /** Bits that mark minus shifts: of neither half, the second, the first, both. */
  private static final int[] SHIFTS = {0x00, 0x80, 0x08, 0x88};

  @Override
  public GgmlType type() {
    return GgmlType.IQ1_M;
  }

  private static float[] values(int shifts, int half) {
    boolean plus = half == 0 ? shifts < 2 : shifts % 2 == 0;
    return plus ? TernarySplit.PLUS : TernarySplit.MINUS;
  }

  /** State of the search for one group. */
  private static final class Group {
    final float[] weights = new float[N];
    final int[] order = new int[N];
    final float[][] sumx = new float[2][N + 1];
    final float[][] sumw = new float[2][N + 1];
    final byte[] levels = new byte[N];
    final int[] points = new int[2];
    final float[] plusx = new float[2];
    final float[] minusx = new float[2];
    final float[] plus2 = new float[2];
    final float[] minus2 = new float[2];
    int shifts;

    float search(float[] x, int from) {
      java.util.Arrays.fill(points, 0);
      shifts = 0;
      float max = Math.abs(x[from]);
      for (int i = 1; i < N; i++) {
        max = Math.max(max, Math.abs(x[from + i]));
      }
      if (max < EPSILON) {
        return 0;
      }
      TernarySplit.order(x, from, N, order);
      sums(x, from);
      float best = -Float.MAX_VALUE;
      float scale = max;
      int first = -1;
      int second = -1;
      for (int i1 = 0; i1 <= N; i1++) {
        for (int i2 = i1; i2 <= N; i2++) {
          score(i1, i2);
          for (int k = 0; k < 4; k++) {
            float sumqx = (k < 2 ? plusx[0] : minusx[0]) + (k % 2 == 0 ? plusx[1] : minusx[1]);
            float sumq2 = (k < 2 ? plus2[0] : minus2[0]) + (k % 2 == 0 ? plus2[1] : minus2[1]);
            if (sumq2 > 0 && sumqx * sumqx > best * sumq2) {
              scale = sumqx / sumq2;
              best = scale * sumqx;
              first = i1;
              second = i2;
              shifts = k;
            }
          }
        }
      }
      if (first < 0) {
        return 0;
      }
      TernarySplit.assign(order, N, first, second, levels);
      if (scale < 0) {
        TernarySplit.mirror(levels, N);
        scale = -scale;
        shifts = 3 - shifts;
      }
      return fit(x, from, scale);
    }

    /** Running sums in ascending order, for each half of the group apart. */
    private void sums(float[] x, int from) {
      for (int j = 0; j < N; j++) {
        int i = order[j];
        int half = i < N / 2 ? 0 : 1;
        sumx[half][j + 1] = sumx[half][j] + weights[i] * x[from + i];
        sumx[1 - half][j + 1] = sumx[1 - half][j];
        sumw[half][j + 1] = sumw[half][j] + weights[i];
        sumw[1 - half][j + 1] = sumw[1 - half][j];
      }
    }

    private void score(int i1, int i2) {
      float[] p = TernarySplit.PLUS;
      float[] m = TernarySplit.MINUS;
      float cp1 = p[0] * p[0] - p[1] * p[1];
      float cp2 = p[1] * p[1] - p[2] * p[2];
      float cm1 = m[0] * m[0] - m[1] * m[1];
      float cm2 = m[1] * m[1] - m[2] * m[2];
      for (int h = 0; h < 2; h++) {
        float sx = sumx[h][i1] + sumx[h][i2];
        plusx[h] = sumx[h][N] * p[2] - sx;
        minusx[h] = sumx[h][N] * m[2] - sx;
        plus2[h] = sumw[h][N] * p[2] * p[2] + sumw[h][i1] * cp1 + sumw[h][i2] * cp2;
        minus2[h] = sumw[h][N] * m[2] * m[2] + sumw[h][i1] * cm1 + sumw[h][i2] * cm2;
      }
    }

    private float fit(float[] x, int from, float scale) {
      boolean exact = true;
      for (int k = 0; k < 2; k++) {
        int point = TernarySplit.point(levels, 8 * k, x, from, weights, scale, values(shifts, k));
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
        float q = values(shifts, j / 8)[Lattice.IQ1.level(points[j / 8], j % 8)];
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
    float[] scales = new float[16];
    int[] shifts = new int[16];
    for (int end = from + count; from < end; from += 256, weightsFrom += 256, at += 56) {
      java.util.Arrays.fill(out, at, at + 56, (byte) 0);
      float sigma2 = 2 * RowWeights.squares(x, from, 256) / 256;
      float max = 0;
      for (int g = 0; g < 16; g++) {
        LatticeSearch.weights(
            x, from + N * g, N, weights, weightsFrom + N * g, sigma2, 0, group.weights);
        scales[g] = group.search(x, from + N * g);
        shifts[g] = group.shifts;
        out[at + 2 * g] = (byte) group.points[0];
        out[at + 2 * g + 1] = (byte) group.points[1];
        out[at + HIGH + g] = (byte) (group.points[0] >> 8 | group.points[1] >> 8 << 4);
        max = Math.max(max, scales[g]);
      }
      if (max != 0) {
        finish(x, from, weights, weightsFrom, sigma2, group.weights, scales, shifts, max, out, at);
      }
    }
  }

  /** Rounds the groups' scales and fits the block's scale to the result. */
  private static void finish(
      float[] x,
      int from,
      float @Nullable [] weights,
      int weightsFrom,
      float sigma2,
      float[] local,
      float[] scales,
      int[] shifts,
      float max,
      byte[] out,
      int at) {
    float d = max / 15;
    float inverse = 1 / d;
    float sumqx = 0;
    float sumq2 = 0;
    for (int g = 0; g < 16; g++) {
      int level = TernarySplit.scaleLevel(inverse, scales[g]);
      int word = at + SCALES + 2 * (g / 4);
      LittleEndian.putInt16(out, word, LittleEndian.uint16(out, word) | level << 3 * (g % 4));
      out[at + HIGH + g] |= (byte) SHIFTS[shifts[g]];
      LatticeSearch.weights(x, from + N * g, N, weights, weightsFrom + N * g, sigma2, 0, local);
      for (int j = 0; j < N; j++) {
        int point = point(out, at, g, j / 8);
        float w = local[j];
        float q = values(shifts[g], j / 8)[Lattice.IQ1.level(point, j % 8)] * (2 * level + 1);
        sumqx += w * q * x[from + N * g + j];
        sumq2 += w * q * q;
      }
    }
    if (sumq2 > 0) {
      d = sumqx / sumq2;
    }
    int half = Float.floatToFloat16(d * 1.1125f) & 0xffff;
    for (int i = 0; i < 4; i++) {
      int word = at + SCALES + 2 * i;
      LittleEndian.putInt16(out, word, LittleEndian.uint16(out, word) | (half >> 4 * i & 15) << 12);
    }
  }

  private static int point(byte[] in, int at, int group, int half) {
    return in[at + 2 * group + half] & 0xff | (in[at + HIGH + group] >> 4 * half & 7) << 8;
  }

  private static int scaleBits(byte[] in, int at) {
    int bits = 0;
    for (int i = 0; i < 4; i++) {
      bits |= LittleEndian.uint16(in, at + SCALES + 2 * i) >> 12 << 4 * i;
    }
    return bits;
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 256, at += 56) {
      float d = Float.float16ToFloat((short) scaleBits(in, at));
      for (int g = 0; g < 16; g++) {
        int word = LittleEndian.uint16(in, at + SCALES + 2 * (g / 4));
        float scale = d * (2 * (word >> 3 * (g % 4) & 7) + 1);
        for (int half = 0; half < 2; half++) {
          boolean minus = (in[at + HIGH + g] >> 4 * half & 8) != 0;
          TernarySplit.restore(point(in, at, g, half), scale, minus, x, from + N * g + 8 * half);
        }
      }
    }
  }

  @Override
  public boolean isFinite(byte[] data, int at, int count) {
    for (int block = 0; block < count / 256; block++) {
      if ((scaleBits(data, at + 56 * block) & 0x7c00) == 0x7c00) {
        return false;
      }
    }
    return true;
  }
}

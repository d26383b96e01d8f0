package io.ingot.gguf.quant;

import io.ingot.gguf.GgmlType;
import org.jspecify.annotations.Nullable;

/**
 * TQ1_0: 256 values x = d·t with t in {−1, 0, 1}, five base-3 digits a byte, stored as the fraction
 * v·256/243 so that a digit is read by multiplying by 3.
 */
final class Tq1Zero extends ScaledBlocks {
  private static final int[] POWERS = {1, 3, 9, 27, 81};

  /** first element, distance of the digits, digits, bytes, first byte */
  private static final int[][] PARTS = {
    {0, 32, 5, 32, 0}, {160, 16, 5, 16, 32}, {240, 4, 4, 4, 48}
  };

  Tq1Zero() {
    super(GgmlType.TQ1_0, 52);
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
    for (int end = from + count; from < end; from += 256, at += 54) {
      float d = Ternary.magnitude(x, from);
      float inverse = d != 0 ? 1.0f / d : 0.0f;
      LittleEndian.putHalf(out, at + 52, d);
      for (int[] part : PARTS) {
        for (int m = 0; m < part[3]; m++) {
          int digits = 0;
          for (int n = 0; n < 5; n++) {
            digits *= 3;
            if (n < part[2]) {
              digits += Rounding.halfAway(x[from + part[0] + m + n * part[1]] * inverse) + 1;
            }
          }
          out[at + part[4] + m] = (byte) (((digits & 0xff) * 256 + 242) / 243);
        }
      }
    }
  }

  @Override
  public void dequantize(byte[] in, int at, float[] x, int from, int count) {
    for (int end = from + count; from < end; from += 256, at += 54) {
      float d = LittleEndian.half(in, at + 52);
      for (int[] part : PARTS) {
        for (int n = 0; n < part[2]; n++) {
          for (int m = 0; m < part[3]; m++) {
            int shifted = in[at + part[4] + m] * POWERS[n] & 0xff;
            x[from + part[0] + m + n * part[1]] = ((shifted * 3 >> 8) - 1) * d;
          }
        }
      }
    }
  }

  @Override
  public boolean usesWeights() {
    return false;
  }
}

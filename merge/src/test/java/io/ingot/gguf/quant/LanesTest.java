package io.ingot.gguf.quant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The vector forms of the searches do exactly what the plain ones do. */
class LanesTest {
  private static final int ROUNDS = 60;

  @Test
  void affineSearchesAgreeBitForBit() {
    Random random = new Random(7);
    AffineLanes lanes = new AffineLanes(32, 15);
    Search.Affine plain = new Search.Affine();
    byte[] expected = new byte[32];
    byte[] found = new byte[32];
    byte[] trial = new byte[32];
    for (int round = 0; round < ROUNDS; round++) {
      boolean absolute = round % 3 == 0;
      float[][] x = new float[AffineLanes.LANES][];
      float[][] weights = new float[AffineLanes.LANES][];
      for (int lane = 0; lane < AffineLanes.LANES; lane++) {
        x[lane] = group(random, 32, round + lane);
        weights[lane] = new float[32];
        for (int i = 0; i < 32; i++) {
          weights[lane][i] = Math.abs(x[lane][i]) + random.nextFloat();
        }
        lanes.put(lane, x[lane], 0, weights[lane]);
      }
      lanes.search(-1f, 0.1f, 20, absolute);
      for (int lane = 0; lane < AffineLanes.LANES; lane++) {
        Search.affine(
            32, 15, x[lane], 0, weights[lane], expected, 0, trial, -1f, 0.1f, 20, absolute, plain);
        lanes.levels(lane, found, 0);
        assertThat(found).isEqualTo(expected);
        assertSameBits(lanes.scale(lane), plain.scale);
        assertSameBits(lanes.min(lane), plain.min);
      }
    }
  }

  @Test
  void symmetricSearchesAgreeBitForBit() {
    Random random = new Random(8);
    SymmetricLanes lanes = new SymmetricLanes(16, 32);
    byte[] expected = new byte[16];
    byte[] found = new byte[16];
    for (int round = 0; round < ROUNDS; round++) {
      float[][] x = new float[SymmetricLanes.LANES][];
      for (int lane = 0; lane < SymmetricLanes.LANES; lane++) {
        x[lane] = group(random, 16, round + lane);
        lanes.put(lane, x[lane], 0);
      }
      lanes.search();
      for (int lane = 0; lane < SymmetricLanes.LANES; lane++) {
        float scale = Search.symmetric(16, 32, x[lane], 0, expected, 0, null, 0);
        lanes.levels(lane, found, 0);
        assertThat(found).isEqualTo(expected);
        assertSameBits(lanes.scale(lane), scale);
      }
    }
  }

  private static void assertSameBits(float found, float expected) {
    assertThat(Float.floatToRawIntBits(found)).isEqualTo(Float.floatToRawIntBits(expected));
  }

  /** Groups of all kinds: normal, one-sided, constant, zero, tiny, with an outlier. */
  private static float[] group(Random random, int n, int kind) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      float value = (float) random.nextGaussian();
      x[i] =
          switch (kind % 7) {
            case 0 -> value;
            case 1 -> Math.abs(value);
            case 2 -> -Math.abs(value);
            case 3 -> 0.25f;
            case 4 -> 0f;
            case 5 -> value * 1e-20f;
            default -> i == 5 ? 100f : value * 0.01f;
          };
    }
    return x;
  }
}

package io.ingot.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Against values of torch 2.13 on a CPU, {@code torch.manual_seed(7); torch.randn(n)}. */
class NormalDrawsTest {
  private static final Offset<Float> CLOSE = Offset.offset(1e-6f);

  private static float[] draw(int count) {
    float[] values = new float[count];
    NormalDraws.reserve(new MersenneTwister(7), count).at(0).read(values, count);
    return values;
  }

  @Test
  void fewNumbersComeInPairs() {
    assertThat(draw(6))
        .containsExactly(
            new float[] {-0.146795f, 0.786141f, 0.946822f, -1.114344f, 1.69079f, -0.894828f},
            CLOSE);
  }

  @Test
  void manyComeInBlocksWhoseLastIsDrawnAnew() {
    assertThat(draw(20))
        .containsExactly(
            new float[] {
              -0.820135f, 0.395631f, 0.898908f, -1.388404f, 0.198445f, 0.782073f, 1.039108f,
              -0.724511f, -0.848909f, -1.216929f, -0.081022f, 1.361485f, -2.061478f, 0.674101f,
              -1.323346f, -1.359769f, -0.866702f, -0.564007f, -2.056463f, -0.356723f
            },
            CLOSE);
  }

  @Test
  void readersMayBeginAnywhere() {
    int count = 1_000_003;
    float[] whole = draw(count);
    assertThat(whole[999_980]).isCloseTo(0.3330690860748291f, CLOSE);
    assertThat(whole[999_990]).isCloseTo(-0.9122787714004517f, CLOSE);
    assertThat(whole[1_000_002]).isCloseTo(-0.857539176940918f, CLOSE);
    MersenneTwister generator = new MersenneTwister(7);
    NormalDraws draws = NormalDraws.reserve(generator, count);
    for (int begin : new int[] {0, 4096, Scratch.BLOCK, 3 * Scratch.BLOCK + 4096, 999_984}) {
      NormalDraws.Reader reader = draws.at(begin);
      int run = Math.min(4096, count - begin);
      float[] part = new float[run];
      reader.read(part, run);
      assertThat(part).isEqualTo(java.util.Arrays.copyOfRange(whole, begin, begin + run));
    }
    MersenneTwister skipped = new MersenneTwister(7);
    skipped.skip(count + 16);
    assertThat(generator.next()).isEqualTo(skipped.next());
  }
}

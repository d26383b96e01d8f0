package io.ingot.merge.method;

import io.ingot.tensor.Kernels;
import io.ingot.tensor.MersenneTwister;
import io.ingot.tensor.Rounding;
import io.ingot.tensor.Scratch;

/**
 * Keeps every element with probability {@code density} (DARE, arXiv 2311.03099). One draw per
 * element in row-major order; float16 is worked on in float32, as torch's CPU kernels do.
 */
final class RandomDrop implements Sparsifier {
  static Rounding work(Rounding rounding) {
    return rounding == Rounding.F16 ? Rounding.F32 : rounding;
  }

  @Override
  public void check(TensorMerge tensor, Operand model) {
    double density = model.number("density");
    if (density < 0) {
      throw tensor.fail("density %s of %s is below 0".formatted(density, model.model()));
    }
  }

  @Override
  public long draws(TensorMerge tensor, Operand model) {
    return model.number("density") >= 1 ? 0 : tensor.requireBase().elements();
  }

  @Override
  public Selection select(TensorMerge tensor, TaskVector vector, boolean rescale, long firstDraw) {
    double density = vector.model().number("density");
    if (density >= 1) {
      return Selection.ALL;
    }
    Rounding work = work(vector.rounding());
    float probability = work.apply(density);
    int limit = (int) Math.ceil(probability * 0x1p24);
    long[] bits = Selection.none(vector.elements());
    if (rescale) {
      double[] norms =
          Pass.reduceBlocks(
              tensor,
              vector.operands(),
              2,
              begin -> {
                MersenneTwister draws = tensor.draws().at(firstDraw + begin);
                return (in, sums, count, position, temporaries) -> {
                  draw(draws, count, limit, bits, position);
                  vector.addNorms(in, sums, count, new Selection(bits, null), position);
                };
              });
      return vector.rescaled(new Selection(bits, null), norms, work);
    }
    tensor
        .parallel()
        .blocks(
            vector.elements(),
            Scratch.BLOCK,
            (index, begin, count) -> {
              MersenneTwister draws = tensor.draws().at(firstDraw + begin);
              for (int at = 0; at < count; at += Scratch.CHUNK) {
                draw(draws, Math.min(Scratch.CHUNK, count - at), limit, bits, begin + at);
              }
            });
    return new Selection(bits, null);
  }

  private static void draw(
      MersenneTwister draws, int count, int limit, long[] bits, long position) {
    int[] numbers = Scratch.local().ints();
    draws.fill24(numbers, count);
    Kernels.belowBits(numbers, count, limit, bits, (int) (position >>> 6));
  }
}

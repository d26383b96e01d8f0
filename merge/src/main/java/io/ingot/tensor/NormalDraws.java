package io.ingot.tensor;

/**
 * A stretch of standard normal numbers in the order in which torch draws float32 tensors of that
 * many elements on a CPU: the transform of Box and Muller (1958) over blocks of 16 uniform numbers,
 * the first eight radii, the other eight angles; a last block that is not full is drawn anew with
 * the seven to fifteen numbers before it. Fewer than 16 numbers come in pairs of 53 bits. The bits
 * agree with torch's but for the last ones of sine, cosine and logarithm. Immutable; threads may
 * read from different places.
 */
public final class NormalDraws {
  private static final int BLOCK = 16;
  private static final int HALF = BLOCK / 2;
  private static final float TWO_PI = (float) (2 * Math.PI);

  private final long total;
  private final DrawStream draws;

  private NormalDraws(long total, DrawStream draws) {
    this.total = total;
    this.draws = draws;
  }

  /** Takes the draws of so many numbers out of a generator. */
  public static NormalDraws reserve(MersenneTwister generator, long count) {
    long uniform = count < BLOCK ? (count + 1) / 2 * 4 : count % BLOCK == 0 ? count : count + BLOCK;
    return new NormalDraws(count, DrawStream.reserve(generator, uniform));
  }

  /** Reads on from a position that is a multiple of 16. */
  public Reader at(long position) {
    if (position % BLOCK != 0) {
      throw new IllegalArgumentException("position " + position + " is no multiple of 16");
    }
    return new Reader(position);
  }

  /** Numbers in order; not thread-safe. */
  public final class Reader {
    private final MersenneTwister generator;
    private final float[] block = new float[BLOCK];
    private long position;

    private Reader(long position) {
      this.position = position;
      this.generator = total < BLOCK ? draws.at(0) : draws.at(position);
    }

    /** The next numbers; all but the last reading of a stretch take a multiple of 16. */
    public void read(float[] out, int count) {
      if (total < BLOCK) {
        few(out, count);
        return;
      }
      for (int i = 0; i < count; i += BLOCK) {
        int run = Math.min(BLOCK, count - i);
        if (run == BLOCK) {
          normal(generator);
          System.arraycopy(block, 0, out, i, BLOCK);
        }
      }
      long last = total - BLOCK;
      if (total % BLOCK != 0 && position + count > last) {
        normal(draws.at(total));
        for (int i = (int) Math.max(0, last - position); i < count; i++) {
          out[i] = block[(int) (position + i - last)];
        }
      }
      position += count;
    }

    private void normal(MersenneTwister source) {
      for (int i = 0; i < BLOCK; i++) {
        block[i] = source.nextFloat();
      }
      for (int i = 0; i < HALF; i++) {
        float radius = (float) Math.sqrt(-2f * (float) Math.log(1 - block[i]));
        float angle = TWO_PI * block[i + HALF];
        block[i] = radius * (float) Math.cos(angle);
        block[i + HALF] = radius * (float) Math.sin(angle);
      }
    }

    private void few(float[] out, int count) {
      for (int i = 0; i < count; i += 2) {
        double angle = 2 * Math.PI * nextDouble();
        double radius = Math.sqrt(-2 * Math.log1p(-nextDouble()));
        out[i] = (float) (radius * Math.cos(angle));
        if (i + 1 < count) {
          out[i + 1] = (float) (radius * Math.sin(angle));
        }
      }
    }

    private double nextDouble() {
      long high = (long) generator.next() << 32;
      return ((high | generator.next() & 0xFFFFFFFFL) & (1L << 53) - 1) * 0x1p-53;
    }
  }
}

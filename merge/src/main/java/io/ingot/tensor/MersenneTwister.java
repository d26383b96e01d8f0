package io.ingot.tensor;

/**
 * MT19937 (Matsumoto and Nishimura, 1998), seeded as {@code init_genrand}, which is how torch seeds
 * its CPU generator. Not thread-safe; {@link #copy} makes independent streams.
 */
public final class MersenneTwister {
  private static final int N = 624;
  private static final int M = 397;

  /** What torch's generator is seeded with when nobody seeds it. */
  public static final long DEFAULT_SEED = 67280421310721L;

  /** The state and the one that follows it; two arrays, so that the loops run over vectors. */
  private int[] state;

  private int[] spare = new int[N];

  /** Draws of the state, when they are fresh. */
  private final int[] tempered = new int[N];

  private boolean fresh;
  private int next;

  public MersenneTwister(long seed) {
    state = new int[N];
    state[0] = (int) seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
    }
    next = N;
  }

  private MersenneTwister(int[] state, int next) {
    this.state = state;
    this.next = next;
  }

  /** A generator that goes on with the same draws. */
  public MersenneTwister copy() {
    return new MersenneTwister(state.clone(), next);
  }

  /** The next 32 bits. */
  public int next() {
    if (next == N) {
      twist();
    }
    return temper(state[next++]);
  }

  /** A number in [0, 1) of 24 bits, as torch draws float32. */
  public float nextFloat() {
    return (next() & 0xFFFFFF) * 0x1p-24f;
  }

  /** The lowest 24 bits of each of the next draws: torch's float32 draws, times 2^24. */
  public void fill24(int[] out, int count) {
    int done = 0;
    while (done < count) {
      if (next == N) {
        twist();
      }
      if (!fresh) {
        temper24(state, tempered);
        fresh = true;
      }
      int run = Math.min(count - done, N - next);
      System.arraycopy(tempered, next, out, done, run);
      next += run;
      done += run;
    }
  }

  /** Passes over draws. */
  public void skip(long count) {
    long left = count;
    while (left > N - next) {
      left -= N - next;
      twist();
    }
    next += (int) left;
  }

  private static int temper(int state) {
    int y = state;
    y ^= y >>> 11;
    y ^= y << 7 & 0x9d2c5680;
    y ^= y << 15 & 0xefc60000;
    return y ^ y >>> 18;
  }

  /** A loop of its own, from the beginning of both arrays: the compiler vectorizes it then. */
  private static void temper24(int[] state, int[] out) {
    for (int i = 0; i < N; i++) {
      int y = state[i];
      y ^= y >>> 11;
      y ^= y << 7 & 0x9d2c5680;
      y ^= y << 15 & 0xefc60000;
      out[i] = (y ^ y >>> 18) & 0xFFFFFF;
    }
  }

  private void twist() {
    int[] now = state;
    int[] then = spare;
    mix(then, 0, now, M, now, 0, N - M);
    // Each stretch reads what the one before it wrote, so that none depends on itself.
    mix(then, N - M, then, 0, now, N - M, N - M);
    mix(then, 2 * (N - M), then, N - M, now, 2 * (N - M), N - 1 - 2 * (N - M));
    then[N - 1] = then[M - 1] ^ shift(now[N - 1], then[0]);
    state = then;
    spare = now;
    next = 0;
    fresh = false;
  }

  /** {@code out[o + i] = a[p + i] ^ shift(b[q + i], b[q + i + 1])}. */
  private static void mix(int[] out, int o, int[] a, int p, int[] b, int q, int count) {
    for (int i = 0; i < count; i++) {
      int y = b[q + i] & 0x80000000 | b[q + i + 1] & 0x7fffffff;
      out[o + i] = a[p + i] ^ y >>> 1 ^ -(b[q + i + 1] & 1) & 0x9908b0df;
    }
  }

  private static int shift(int high, int low) {
    int y = high & 0x80000000 | low & 0x7fffffff;
    return y >>> 1 ^ -(low & 1) & 0x9908b0df;
  }
}

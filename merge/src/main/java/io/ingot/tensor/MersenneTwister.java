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

  private final int[] state;
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
    int y = state[next++];
    y ^= y >>> 11;
    y ^= y << 7 & 0x9d2c5680;
    y ^= y << 15 & 0xefc60000;
    return y ^ y >>> 18;
  }

  /** A number in [0, 1) of 24 bits, as torch draws float32. */
  public float nextFloat() {
    return (next() & 0xFFFFFF) * 0x1p-24f;
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

  private void twist() {
    for (int i = 0; i < N - M; i++) {
      state[i] = state[i + M] ^ mix(state[i], state[i + 1]);
    }
    for (int i = N - M; i < N - 1; i++) {
      state[i] = state[i + M - N] ^ mix(state[i], state[i + 1]);
    }
    state[N - 1] = state[M - 1] ^ mix(state[N - 1], state[0]);
    next = 0;
  }

  private static int mix(int high, int low) {
    int y = high & 0x80000000 | low & 0x7fffffff;
    return y >>> 1 ^ -(low & 1) & 0x9908b0df;
  }
}

package io.ingot.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Buffers of a worker thread, reused from block to block. Only for code that neither forks nor
 * calls other code that uses them; the numbers of the float buffers are the caller's to hand out.
 */
public final class Scratch {
  /** Elements of a float buffer: small enough that several stay in the cache of a core. */
  public static final int CHUNK = 1 << 12;

  /** Elements of a block that one thread works on; a multiple of {@link #CHUNK} and of 64. */
  public static final int BLOCK = 1 << 18;

  private static final ThreadLocal<Scratch> LOCAL = ThreadLocal.withInitial(Scratch::new);

  private float[][] floats = new float[16][];
  private double[][] doubles = new double[2][];
  private final int[] ints = new int[CHUNK];
  private final short[] shorts = new short[CHUNK];
  private MemorySegment bytes = MemorySegment.NULL;

  private Scratch() {}

  public static Scratch local() {
    return LOCAL.get();
  }

  /** The buffer of this number, of {@link #CHUNK} elements, with whatever was in it. */
  public float[] floats(int number) {
    if (number >= floats.length) {
      floats = java.util.Arrays.copyOf(floats, number * 2);
    }
    float[] buffer = floats[number];
    if (buffer == null) {
      buffer = new float[CHUNK];
      floats[number] = buffer;
    }
    return buffer;
  }

  /** As {@link #floats}, of double precision. */
  public double[] doubles(int number) {
    if (number >= doubles.length) {
      doubles = java.util.Arrays.copyOf(doubles, number * 2);
    }
    double[] buffer = doubles[number];
    if (buffer == null) {
      buffer = new double[CHUNK];
      doubles[number] = buffer;
    }
    return buffer;
  }

  /** A buffer of {@link #CHUNK} integers. */
  public int[] ints() {
    return ints;
  }

  /** A buffer of {@link #CHUNK} short integers; {@link Elements} uses it while it converts. */
  short[] shorts() {
    return shorts;
  }

  /** Native memory of at least this size. */
  public MemorySegment bytes(long size) {
    if (bytes.byteSize() < size) {
      bytes = Arena.ofAuto().allocate(size, 64);
    }
    return bytes;
  }
}

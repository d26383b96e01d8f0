package io.ingot.merge.method;

import io.ingot.tensor.Elements;
import io.ingot.tensor.Kernels;
import io.ingot.tensor.Parallel;
import io.ingot.tensor.Scratch;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Walks over all elements of some operands, in parallel, in chunks that stay in the cache. Results
 * do not depend on the number of threads: blocks have a fixed size and are combined in order.
 */
final class Pass {
  /** Buffers that passes keep for themselves; bodies may use those behind. */
  private static final int OUT = 0;

  private static final int FIRST = 1;

  private Pass() {}

  /** Makes a chunk of the result. */
  @FunctionalInterface
  interface Body {
    /**
     * @param in one array per operand; may be overwritten
     * @param out the result, to be filled
     * @param position of the first element in the tensor
     */
    void apply(float[][] in, float[] out, int count, long position, Temporaries temporaries);
  }

  /** Adds up something over a chunk. */
  @FunctionalInterface
  interface Reduction {
    /**
     * @param sums to be added to
     */
    void apply(float[][] in, double[] sums, int count, long position, Temporaries temporaries);
  }

  /** More chunk-sized buffers of the current thread. */
  interface Temporaries {
    float[] get(int number);
  }

  /** Writes every element of the output. */
  static void write(TensorMerge tensor, List<Operand> operands, Body body) {
    TensorOutput output = tensor.output();
    long total = operands.getFirst().elements();
    tensor
        .parallel()
        .blocks(
            total,
            Scratch.BLOCK,
            (index, begin, count) -> {
              Scratch scratch = Scratch.local();
              int size = output.dtype().bytes();
              MemorySegment bytes = scratch.bytes((long) Scratch.BLOCK * 8);
              float[] out = scratch.floats(OUT);
              float[][] in = buffers(scratch, operands.size());
              Temporaries temporaries = n -> scratch.floats(FIRST + operands.size() + n);
              for (int at = 0; at < count; at += Scratch.CHUNK) {
                int chunk = Math.min(Scratch.CHUNK, count - at);
                read(operands, in, begin + at, chunk);
                body.apply(in, out, chunk, begin + at, temporaries);
                int broken = Kernels.firstNotFinite(out, chunk);
                if (broken >= 0) {
                  output.notFinite(begin + at + broken);
                }
                Elements.write(output.dtype(), out, chunk, bytes, at);
              }
              output.write(begin, bytes.asSlice(0, (long) count * size));
            });
  }

  /** Adds up {@code width} sums over all elements, in double precision. */
  static double[] reduce(
      TensorMerge tensor, List<Operand> operands, int width, Reduction reduction) {
    return reduceBlocks(tensor, operands, width, begin -> reduction);
  }

  /** Makes the reduction of one block. */
  @FunctionalInterface
  interface BlockStart {
    /**
     * @param begin position of the block's first element
     */
    Reduction of(long begin);
  }

  /** As {@link #reduce}, with a reduction of its own for every block of elements. */
  static double[] reduceBlocks(
      TensorMerge tensor, List<Operand> operands, int width, BlockStart start) {
    long total = operands.getFirst().elements();
    double[][] partial = new double[Parallel.count(total, Scratch.BLOCK)][];
    tensor
        .parallel()
        .blocks(
            total,
            Scratch.BLOCK,
            (index, begin, count) -> {
              Scratch scratch = Scratch.local();
              float[][] in = buffers(scratch, operands.size());
              Temporaries temporaries = n -> scratch.floats(FIRST + operands.size() + n);
              double[] sums = new double[width];
              Reduction reduction = start.of(begin);
              for (int at = 0; at < count; at += Scratch.CHUNK) {
                int chunk = Math.min(Scratch.CHUNK, count - at);
                read(operands, in, begin + at, chunk);
                reduction.apply(in, sums, chunk, begin + at, temporaries);
              }
              partial[index] = sums;
            });
    double[] sums = new double[width];
    for (double[] block : partial) {
      for (int i = 0; i < width; i++) {
        sums[i] += block[i];
      }
    }
    return sums;
  }

  private static float[][] buffers(Scratch scratch, int count) {
    float[][] in = new float[count][];
    for (int i = 0; i < count; i++) {
      in[i] = scratch.floats(FIRST + i);
    }
    return in;
  }

  private static void read(List<Operand> operands, float[][] in, long position, int count) {
    for (int i = 0; i < in.length; i++) {
      operands.get(i).read(position, in[i], count);
    }
  }
}

package io.ingot.merge.method;

import io.ingot.tensor.Scratch;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor as vectors: one for the whole, one per row (along the last dimension), or one per place
 * in the other dimensions (along the first).
 *
 * @param vectors how many
 * @param length elements of a vector
 * @param along whether vectors run along the first dimension, so that neighbors in memory belong to
 *     different ones
 */
record VectorLayout(int vectors, long length, boolean along) {
  /** Neighbors that one thread sums along the first dimension. */
  private static final int COLUMNS = Scratch.CHUNK / 4;

  static VectorLayout of(List<Long> shape, boolean flatten, boolean firstDimension) {
    long elements = shape.stream().reduce(1L, Math::multiplyExact);
    if (flatten || shape.isEmpty()) {
      return new VectorLayout(1, elements, false);
    }
    long length = firstDimension ? shape.getFirst() : shape.getLast();
    int vectors = Math.toIntExact(elements / Math.max(1, length));
    return new VectorLayout(vectors, length, firstDimension && shape.size() > 1);
  }

  /** Gives every element of a chunk the value of its vector. */
  void spread(float[] values, long position, float[] out, int count) {
    int done = 0;
    while (done < count) {
      long at = position + done;
      if (along) {
        int vector = (int) (at % vectors);
        int run = Math.min(count - done, vectors - vector);
        System.arraycopy(values, vector, out, done, run);
        done += run;
      } else {
        int run = (int) Math.min(count - done, length - at % length);
        Arrays.fill(out, done, done + run, values[(int) (at / length)]);
        done += run;
      }
    }
  }

  /** Adds a chunk of the operands to the sums. */
  @FunctionalInterface
  interface Reduction {
    /**
     * @param in one array per operand; may be overwritten
     * @param position of the first element in the tensor
     */
    void apply(
        float[][] in, VectorSums sums, int count, long position, Pass.Temporaries temporaries);
  }

  /**
   * Sums over each vector, in double precision and in an order that does not depend on threads.
   *
   * @return {@code width} sums for each vector in turn
   */
  double[] reduce(TensorMerge tensor, List<Operand> operands, int width, Reduction reduction) {
    if (vectors == 1) {
      return Pass.reduceBlocks(
          tensor,
          operands,
          width,
          begin -> {
            VectorSums own = new VectorSums(width, 0);
            return (in, sums, count, position, temporaries) -> {
              reduction.apply(in, own.of(count), count, position, temporaries);
              own.drainTo(sums, 0, 1);
            };
          });
    }
    double[] all = new double[Math.multiplyExact(vectors, width)];
    if (along) {
      columns(tensor, operands, width, reduction, all);
    } else {
      rows(tensor, operands, width, reduction, all);
    }
    return all;
  }

  private void rows(
      TensorMerge tensor, List<Operand> operands, int width, Reduction reduction, double[] all) {
    int perBlock = (int) Math.clamp(Scratch.BLOCK / Math.max(1, length), 1, vectors);
    tensor
        .parallel()
        .blocks(
            vectors,
            perBlock,
            (index, begin, count) -> {
              VectorSums sums = new VectorSums(width, 0);
              Chunks chunks = new Chunks(operands);
              for (int v = 0; v < count; v++) {
                int vector = (int) begin + v;
                for (long at = 0; at < length; at += Scratch.CHUNK) {
                  int size = (int) Math.min(Scratch.CHUNK, length - at);
                  long position = vector * length + at;
                  reduction.apply(
                      chunks.read(position, size), sums.of(size), size, position, chunks::get);
                }
                sums.drainTo(all, vector, 1);
              }
            });
  }

  private void columns(
      TensorMerge tensor, List<Operand> operands, int width, Reduction reduction, double[] all) {
    tensor
        .parallel()
        .blocks(
            vectors,
            COLUMNS,
            (index, begin, count) -> {
              VectorSums sums = new VectorSums(width, count).of(count);
              Chunks chunks = new Chunks(operands);
              for (long row = 0; row < length; row++) {
                long position = row * vectors + begin;
                reduction.apply(chunks.read(position, count), sums, count, position, chunks::get);
              }
              sums.drainTo(all, (int) begin, count);
            });
  }

  /** The buffers of a thread. */
  private record Chunks(List<Operand> operands, float[][] in, Scratch scratch) {
    Chunks(List<Operand> operands) {
      this(operands, new float[operands.size()][], Scratch.local());
      for (int i = 0; i < in.length; i++) {
        in[i] = scratch.floats(i);
      }
    }

    float[][] read(long position, int count) {
      for (int i = 0; i < in.length; i++) {
        operands.get(i).read(position, in[i], count);
      }
      return in;
    }

    float[] get(int number) {
      return scratch.floats(in.length + number);
    }
  }
}

package io.ingot.merge.method;

import io.ingot.tensor.Scratch;
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
  static VectorLayout of(List<Long> shape, boolean flatten, boolean firstDimension) {
    long elements = shape.stream().reduce(1L, Math::multiplyExact);
    if (flatten || shape.isEmpty()) {
      return new VectorLayout(1, elements, false);
    }
    long length = firstDimension ? shape.getFirst() : shape.getLast();
    int vectors = Math.toIntExact(elements / Math.max(1, length));
    return new VectorLayout(vectors, length, firstDimension && shape.size() > 1);
  }

  /** The vector that an element belongs to. */
  int vector(long position) {
    return (int) (along ? position % vectors : position / length);
  }

  /** Prepares the operands' chunks, e.g. by subtracting a base. */
  @FunctionalInterface
  interface Preparation {
    void apply(float[][] in, int count);
  }

  /** Adds one element of the first two operands to the sums of its vector. */
  @FunctionalInterface
  interface Sum {
    void add(float x, float y, int vector, double[] sums);
  }

  /**
   * Sums over each vector, in double precision and in an order that does not depend on threads.
   *
   * @return {@code width} sums for each vector in turn
   */
  double[] reduce(
      TensorMerge tensor, List<Operand> operands, int width, Preparation preparation, Sum sum) {
    if (vectors == 1) {
      return Pass.reduce(
          tensor,
          operands,
          width,
          (in, sums, count, position, temporaries) -> {
            preparation.apply(in, count);
            for (int i = 0; i < count; i++) {
              sum.add(in[0][i], in[1][i], 0, sums);
            }
          });
    }
    double[] all = new double[Math.multiplyExact(vectors, width)];
    if (along) {
      columns(tensor, operands, width, preparation, sum, all);
    } else {
      rows(tensor, operands, width, preparation, sum, all);
    }
    return all;
  }

  private void rows(
      TensorMerge tensor,
      List<Operand> operands,
      int width,
      Preparation preparation,
      Sum sum,
      double[] all) {
    int perBlock = (int) Math.clamp(Scratch.BLOCK / length, 1, vectors);
    tensor
        .parallel()
        .blocks(
            vectors,
            perBlock,
            (index, begin, count) -> {
              double[] sums = new double[width];
              for (int v = 0; v < count; v++) {
                int vector = (int) begin + v;
                java.util.Arrays.fill(sums, 0);
                for (long at = 0; at < length; at += Scratch.CHUNK) {
                  int chunk = (int) Math.min(Scratch.CHUNK, length - at);
                  float[][] in = read(operands, vector * length + at, chunk);
                  preparation.apply(in, chunk);
                  for (int i = 0; i < chunk; i++) {
                    sum.add(in[0][i], in[1][i], vector, sums);
                  }
                }
                System.arraycopy(sums, 0, all, vector * width, width);
              }
            });
  }

  private void columns(
      TensorMerge tensor,
      List<Operand> operands,
      int width,
      Preparation preparation,
      Sum sum,
      double[] all) {
    tensor
        .parallel()
        .blocks(
            vectors,
            Scratch.CHUNK / 4,
            (index, begin, count) -> {
              double[][] sums = new double[count][width];
              for (long row = 0; row < length; row++) {
                float[][] in = read(operands, row * vectors + begin, count);
                preparation.apply(in, count);
                for (int i = 0; i < count; i++) {
                  sum.add(in[0][i], in[1][i], (int) begin + i, sums[i]);
                }
              }
              for (int i = 0; i < count; i++) {
                System.arraycopy(sums[i], 0, all, ((int) begin + i) * width, width);
              }
            });
  }

  private static float[][] read(List<Operand> operands, long position, int count) {
    float[][] in = new float[operands.size()][];
    for (int i = 0; i < in.length; i++) {
      in[i] = Scratch.local().floats(1 + i);
      operands.get(i).read(position, in[i], count);
    }
    return in;
  }
}

package io.ingot.adapter.extract;

import io.ingot.linear.TruncatedSvd;
import io.ingot.tensor.DType;
import java.util.List;

/**
 * The two factors of a module as PEFT keeps them, row-major.
 *
 * @param down {@code [r, in]}; of an embedding {@code [r, vocabulary]}
 * @param up {@code [out, r]}; of an embedding {@code [dim, r]}
 */
record LoraFactors(float[] down, float[] up, int rank, boolean embedding) {

  /** Shares the singular values among the factors, or gives them all to {@code down}. */
  static LoraFactors of(
      TruncatedSvd svd, List<Long> shape, Treatment treatment, boolean distribute) {
    int rank = svd.rank();
    if (rank == 0) {
      return zero(shape, treatment);
    }
    boolean transposed = treatment.transposed();
    float[] in = transposed ? svd.left() : svd.right();
    float[] out = transposed ? svd.right() : svd.left();
    int width = in.length / rank;
    float[] down = new float[in.length];
    float[] up = new float[out.length];
    for (int k = 0; k < rank; k++) {
      double scale = distribute ? Math.sqrt(svd.values()[k]) : svd.values()[k];
      for (int j = 0; j < width; j++) {
        down[k * width + j] = (float) (scale * in[j * rank + k]);
      }
      for (int i = 0; i < out.length / rank; i++) {
        up[i * rank + k] = distribute ? (float) (scale * out[i * rank + k]) : out[i * rank + k];
      }
    }
    return new LoraFactors(down, up, rank, treatment == Treatment.EMBEDDING);
  }

  /** Factors of rank 1 that change nothing, for a weight of this shape. */
  static LoraFactors zero(List<Long> shape, Treatment treatment) {
    int rows = Math.toIntExact(shape.get(0));
    int columns = Math.toIntExact(shape.get(1));
    boolean transposed = treatment.transposed();
    return new LoraFactors(
        new float[transposed ? rows : columns],
        new float[transposed ? columns : rows],
        1,
        treatment == Treatment.EMBEDDING);
  }

  /** Of an embedding: the same difference for a head that shares it, {@code [vocabulary, dim]}. */
  LoraFactors ofHead() {
    return new LoraFactors(transpose(up, rank), transpose(down, down.length / rank), rank, false);
  }

  private static float[] transpose(float[] matrix, int columns) {
    int rows = matrix.length / columns;
    float[] transposed = new float[matrix.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        transposed[j * rows + i] = matrix[i * columns + j];
      }
    }
    return transposed;
  }

  void spool(String module, DType dtype, FactorSpool spool) {
    String a = embedding ? ".lora_embedding_A" : ".lora_A.weight";
    String b = embedding ? ".lora_embedding_B" : ".lora_B.weight";
    spool.add(module + a, dtype, down, rank, down.length / rank);
    spool.add(module + b, dtype, up, up.length / rank, rank);
  }
}

package io.ingot.transplant;

/** Makes rows for tokens that the model lacks. */
interface Approximation extends AutoCloseable {
  /**
   * Rows for some of the missing tokens.
   *
   * @param targets their rows in the donor
   * @param first number of the first of them among all missing tokens
   */
  Rows rows(TensorRows targets, int first);

  /**
   * New rows.
   *
   * @param values of the model's width
   * @param residuals distance of the donor's row from what it is composed of, relative to its
   *     length; NaN where a method does not compose
   */
  record Rows(float[][] values, double[] residuals) {
    static Rows of(float[][] values) {
      double[] unknown = new double[values.length];
      java.util.Arrays.fill(unknown, Double.NaN);
      return new Rows(values, unknown);
    }
  }

  @Override
  default void close() {}
}

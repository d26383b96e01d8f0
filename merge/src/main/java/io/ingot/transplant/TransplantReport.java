package io.ingot.transplant;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was transplanted.
 *
 * @param vocabulary tokens of the donor
 * @param rows of the new matrices
 * @param files names and sizes
 */
public record TransplantReport(
    int vocabulary,
    int rows,
    List<Matrix> matrices,
    Map<String, Long> files,
    double seconds,
    List<String> warnings) {
  /**
   * A matrix with a row for each token.
   *
   * @param exact tokens that the model has
   * @param approximated tokens whose rows were made
   * @param empty tokens for which even the donor has no row; they are zero
   * @param residual mean over made rows of the distance between the donor's row and what it is
   *     composed of, relative to its length; null where the method does not compose
   */
  public record Matrix(
      String tensor,
      int exact,
      int byteMatches,
      int prefixMatches,
      int approximated,
      int empty,
      @Nullable Double residual) {}
}

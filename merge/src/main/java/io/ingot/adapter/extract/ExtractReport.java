package io.ingot.adapter.extract;

import java.util.List;

/**
 * What was extracted.
 *
 * @param rank the largest rank of a module, 0 when none got factors
 * @param modules those that got factors, in the order of the base
 * @param saved modules that are saved whole
 * @param unchanged number of modules that do not differ
 * @param leftOut modules that options left out
 * @param energy share of the squared differences of all modules with factors that is kept
 * @param parameters elements in the adapter
 * @param bytes of adapter_model.safetensors
 */
public record ExtractReport(
    int rank,
    List<Extracted> modules,
    List<String> saved,
    int unchanged,
    List<String> leftOut,
    double energy,
    long parameters,
    long bytes,
    double seconds,
    List<String> warnings) {
  /**
   * A module with factors.
   *
   * @param rank real rank, at most the one asked for
   * @param energy share of the squares of its difference that is kept
   * @param norm Frobenius norm of its difference
   */
  public record Extracted(
      String module, Treatment treatment, List<Long> shape, int rank, double energy, double norm) {}
}

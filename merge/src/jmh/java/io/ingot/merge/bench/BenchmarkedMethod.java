package io.ingot.merge.bench;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A method as it is measured.
 *
 * @param inputs models that are read: of {@code base}, {@code first} and {@code second}
 * @param peer Mparam/s of mergekit (commit a6e40288, torch 2.13, two threads, bfloat16 matrices of
 *     8192 x 8192 in memory, an EPYC with AVX-512); 0 where nobody measured it
 */
record BenchmarkedMethod(
    String name, boolean withBase, List<String> inputs, String each, String all, double peer) {
  private static final List<String> PAIR = List.of("first", "second");

  static final List<BenchmarkedMethod> ALL =
      List.of(
          new BenchmarkedMethod("passthrough", false, List.of("first"), "", "", 0),
          new BenchmarkedMethod("linear", false, PAIR, "weight: 0.5", "", 113),
          new BenchmarkedMethod("slerp", false, PAIR, "", "t: 0.5", 17),
          new BenchmarkedMethod("nuslerp", false, PAIR, "weight: 0.5", "", 67),
          new BenchmarkedMethod("multislerp", false, PAIR, "weight: 0.5", "", 0),
          new BenchmarkedMethod("karcher", false, PAIR, "", "", 37),
          new BenchmarkedMethod("model_stock", true, PAIR, "", "", 138),
          new BenchmarkedMethod("task_arithmetic", true, PAIR, "weight: 0.5", "", 72),
          new BenchmarkedMethod("ties", true, PAIR, "weight: 0.5, density: 0.5", "", 5.7),
          new BenchmarkedMethod("dare_ties", true, PAIR, "weight: 0.5, density: 0.5", "", 15),
          new BenchmarkedMethod("dare_linear", true, PAIR, "weight: 0.5, density: 0.5", "", 0),
          new BenchmarkedMethod("breadcrumbs", true, PAIR, "weight: 0.5, density: 0.5", "", 7.8),
          new BenchmarkedMethod("breadcrumbs_ties", true, PAIR, "weight: 0.5, density: 0.5", "", 0),
          new BenchmarkedMethod("della", true, PAIR, "weight: 0.5, density: 0.5", "", 5.2),
          new BenchmarkedMethod("della_linear", true, PAIR, "weight: 0.5, density: 0.5", "", 0),
          new BenchmarkedMethod("sce", true, PAIR, "", "select_topk: 0.5", 33),
          new BenchmarkedMethod("nearswap", true, List.of("first"), "", "t: 0.0005", 0),
          new BenchmarkedMethod("arcee_fusion", true, List.of("first"), "", "", 8),
          new BenchmarkedMethod("ram", true, PAIR, "", "", 16),
          new BenchmarkedMethod("ramplus_tl", true, PAIR, "", "", 0));

  /** Number of models that are read. */
  int models() {
    return inputs.size() + (withBase ? 1 : 0);
  }

  /** The recipe, with models below a folder. */
  String recipe(java.nio.file.Path models) {
    String base = withBase ? "base" : name.equals("slerp") ? "first" : "";
    return """
    merge_method: %s
    %smodels:
    %s
    parameters: {%s}
    dtype: bfloat16
    """
        .formatted(
            name,
            base.isEmpty() ? "" : "base_model: " + models.resolve(base) + "\n",
            inputs.stream()
                .map(m -> "- {model: %s, parameters: {%s}}".formatted(models.resolve(m), each))
                .collect(Collectors.joining("\n")),
            all);
  }
}

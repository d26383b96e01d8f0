package io.ingot.merge;

import java.util.List;

/**
 * What a merge would do, from headers alone.
 *
 * @param donor model that gives config.json and companion files
 * @param diskBytes what the result needs
 * @param memoryBytes rough peak of memory beside the page cache
 * @param files names of the weight files with their sizes
 */
public record MergeReport(
    String method,
    String architecture,
    List<String> models,
    String donor,
    int tensors,
    long parameters,
    long diskBytes,
    long memoryBytes,
    List<OutputFile> files,
    List<OutputTensor> outputs,
    List<String> leftovers,
    List<String> warnings) {
  /** A weight file. */
  public record OutputFile(String name, long bytes) {}

  /** A tensor that will be written, and the models that take part in it. */
  public record OutputTensor(String name, String dtype, List<Long> shape, List<String> models) {}

  static MergeReport of(MergePlan plan) {
    List<OutputFile> files =
        new io.ingot.safetensors.ShardedWriter(
                java.nio.file.Path.of("."),
                plan.tensors().stream().map(PlannedTensor::output).toList(),
                plan.options().shardBytes(),
                java.util.Map.of())
            .files().entrySet().stream()
                .map(e -> new OutputFile(e.getKey(), e.getValue()))
                .toList();
    double scratch =
        plan.tensors().stream()
            .mapToDouble(
                t ->
                    t.method().map(m -> m.scratchBytes(t.merge())).orElse(0.0)
                        * t.output().elements())
            .max()
            .orElse(0);
    return new MergeReport(
        plan.recipe().method(),
        plan.architecture().name(),
        plan.participants().stream().map(p -> p.reference().toString()).toList(),
        plan.donor().reference().toString(),
        plan.tensors().size(),
        plan.parameters(),
        files.stream().mapToLong(OutputFile::bytes).sum(),
        (long) scratch + 300_000_000L,
        files,
        plan.tensors().stream()
            .map(
                t ->
                    new OutputTensor(
                        t.output().name(),
                        t.output().dtype().name(),
                        t.output().shape(),
                        t.merge().operands().stream().map(o -> o.model().toString()).toList()))
            .toList(),
        plan.leftovers(),
        plan.warnings().stream().distinct().toList());
  }
}

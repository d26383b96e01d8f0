package io.ingot.merge.moe;

import io.ingot.merge.MergeOptions;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.safetensors.ShardedWriter;
import io.ingot.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a mixture would be, from headers alone.
 *
 * @param architecture the output family
 * @param models all of them, the base first
 * @param activeParameters those that a token meets
 * @param diskBytes what the result needs
 * @param memoryBytes rough peak of memory beside the page cache
 * @param leftOut tensors of the base that the family has no place for
 */
public record MoeReport(
    String architecture,
    String gateMode,
    List<String> models,
    int experts,
    int expertsPerToken,
    int layers,
    int tensors,
    long parameters,
    long activeParameters,
    long diskBytes,
    long memoryBytes,
    List<OutputFile> files,
    List<OutputTensor> outputs,
    List<String> leftOut,
    List<String> warnings) {
  /** A weight file. */
  public record OutputFile(String name, long bytes) {}

  /**
   * A tensor that will be written.
   *
   * @param model whose it is; empty where it is made
   */
  public record OutputTensor(String name, String dtype, List<Long> shape, String model) {}

  static MoeReport of(MoePlan plan, MergeOptions options) {
    List<TensorInfo> infos = plan.tensors().stream().map(MoeTensor::output).toList();
    List<OutputFile> files =
        new ShardedWriter(Path.of("."), infos, options.shardBytes(), Map.of())
            .files().entrySet().stream()
                .map(e -> new OutputFile(e.getKey(), e.getValue()))
                .toList();
    return new MoeReport(
        plan.family().name(),
        plan.recipe().gateMode().text(),
        plan.recipe().references().stream().map(ModelRef::toString).toList(),
        plan.shape().experts(),
        plan.shape().perToken(),
        plan.shape().layers(),
        plan.tensors().size(),
        plan.parameters(),
        plan.activeParameters(),
        files.stream().mapToLong(OutputFile::bytes).sum(),
        plan.memoryBytes(),
        files,
        plan.tensors().stream()
            .map(
                t ->
                    new OutputTensor(
                        t.output().name(),
                        t.output().dtype().name(),
                        t.output().shape(),
                        t.model()))
            .toList(),
        plan.leftOut(),
        plan.warnings());
  }
}

package io.ingot.merge;

import io.ingot.merge.Finding.Severity;
import io.ingot.merge.recipe.Recipe;
import io.ingot.safetensors.ShardedWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a merge would do, from headers alone. With errors among the findings it holds as much as can
 * be said nevertheless.
 *
 * @param donor model that gives config.json and companion files; empty when nothing could be
 *     planned
 * @param readBytes of the inputs, each as often as a tensor reads it
 * @param diskBytes what the result needs
 * @param freeBytes on the file system where it goes; null when that is not known
 * @param memoryBytes peak beside the page cache
 * @param dtypes number of output tensors by dtype
 * @param leftovers tensors of the donor that no architecture lists; copied unless compatible
 * @param unused tensors of other models that are not looked at
 * @param findings errors first
 */
public record MergeReport(
    String method,
    String architecture,
    List<ModelLine> models,
    String donor,
    int tensors,
    long parameters,
    long readBytes,
    long diskBytes,
    @Nullable Long freeBytes,
    long memoryBytes,
    Map<String, Integer> dtypes,
    List<OutputFile> files,
    List<OutputTensor> outputs,
    List<String> leftovers,
    Map<String, List<String>> unused,
    List<Finding> findings) {
  /** What the program itself takes: the machine, code, buffers. */
  private static final long PROGRAM = 450_000_000L;

  /** Buffers of one thread. */
  private static final long PER_THREAD = 40_000_000L;

  /**
   * An input.
   *
   * @param layers by its config.json; null when it does not say
   * @param rows of the input embedding; null when none is recognized
   */
  public record ModelLine(
      String name,
      String architecture,
      String dtype,
      int tensors,
      long parameters,
      long bytes,
      @Nullable Integer layers,
      @Nullable Long rows) {}

  /** A weight file. */
  public record OutputFile(String name, long bytes) {}

  /** A tensor that will be written, and the models that take part in it. */
  public record OutputTensor(String name, String dtype, List<Long> shape, List<String> models) {}

  /** Whether the merge can be made. */
  public boolean possible() {
    return findings.stream().noneMatch(f -> f.severity() == Severity.ERROR);
  }

  /** Findings of a severity as lines; those that differ in a number only are one. */
  public List<String> lines(Severity severity) {
    return Findings.lines(findings.stream().filter(f -> f.severity() == severity).toList());
  }

  static MergeReport of(Recipe recipe, Preflight preflight, Optional<Path> target) {
    List<ModelLine> models =
        recipe.references().stream()
            .flatMap(r -> Optional.ofNullable(preflight.participants().get(r)).stream())
            .map(MergeReport::line)
            .toList();
    MergePlan plan = preflight.plan();
    Long free = target.map(TargetCheck::free).map(MergeReport::orNull).orElse(null);
    if (plan == null) {
      return new MergeReport(
          recipe.method(),
          "",
          models,
          "",
          0,
          0,
          0,
          0,
          free,
          0,
          Map.of(),
          List.of(),
          List.of(),
          List.of(),
          Map.of(),
          preflight.findings().list());
    }
    List<OutputFile> files = files(plan);
    Map<String, Integer> dtypes = new TreeMap<>();
    plan.tensors().forEach(t -> dtypes.merge(t.output().dtype().name(), 1, Integer::sum));
    Map<String, List<String>> unused = new TreeMap<>();
    plan.unused().forEach((model, names) -> unused.put(model.toString(), names));
    return new MergeReport(
        recipe.method(),
        plan.architecture().name(),
        models,
        plan.donor().reference().toString(),
        plan.tensors().size(),
        plan.parameters(),
        plan.readBytes(),
        files.stream().mapToLong(OutputFile::bytes).sum(),
        free,
        memory(plan),
        dtypes,
        files,
        outputs(plan),
        plan.leftovers(),
        unused,
        preflight.findings().list());
  }

  private static long memory(MergePlan plan) {
    int threads =
        plan.options().threads() > 0
            ? plan.options().threads()
            : Runtime.getRuntime().availableProcessors();
    return PROGRAM + threads * PER_THREAD + WeightStream.peak(plan.tensors(), threads);
  }

  static List<OutputFile> files(MergePlan plan) {
    List<OutputFile> files = new ArrayList<>();
    new ShardedWriter(
            Path.of("."),
            plan.tensors().stream().map(PlannedTensor::output).toList(),
            plan.options().shardBytes(),
            Map.of(),
            plan.naming())
        .files()
        .forEach((name, bytes) -> files.add(new OutputFile(name, bytes)));
    return files;
  }

  private static List<OutputTensor> outputs(MergePlan plan) {
    return plan.tensors().stream()
        .map(
            t ->
                new OutputTensor(
                    t.output().name(),
                    t.output().dtype().name(),
                    t.output().shape(),
                    t.merge().operands().stream().map(o -> o.model().toString()).toList()))
        .toList();
  }

  private static ModelLine line(Participant model) {
    long parameters = 0;
    long bytes = 0;
    for (var tensor : model.weights().tensors().values()) {
      parameters += tensor.elements();
      bytes += tensor.byteSize();
    }
    var layers = model.config().path("num_hidden_layers");
    return new ModelLine(
        model.reference().toString(),
        model.config().path("architectures").path(0).asText(""),
        ModelComparison.main(model).map(Enum::name).orElse(""),
        model.weights().tensors().size(),
        parameters,
        bytes,
        layers.isIntegralNumber() ? Integer.valueOf(layers.asInt()) : null,
        orNull(VocabularyCheck.rows(model)));
  }

  private static @Nullable Long orNull(OptionalLong value) {
    return value.isPresent() ? Long.valueOf(value.getAsLong()) : null;
  }
}

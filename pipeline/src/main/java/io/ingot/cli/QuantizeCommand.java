package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgmlType;
import io.ingot.gguf.GgufModelFiles;
import io.ingot.gguf.GgufOutput;
import io.ingot.gguf.GgufWriter;
import io.ingot.gguf.convert.FileNames;
import io.ingot.gguf.mix.FileType;
import io.ingot.gguf.mix.ImportanceMatrix;
import io.ingot.gguf.mix.KeyValueOverride;
import io.ingot.gguf.mix.QuantizeInput;
import io.ingot.gguf.mix.QuantizeOptions;
import io.ingot.gguf.mix.QuantizePlan;
import io.ingot.gguf.mix.Quantizer;
import io.ingot.gguf.mix.TensorTypeRule;
import io.ingot.progress.Cancellation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot quantize IN.gguf [OUT.gguf] TYPE}: the options of llama-quantize. */
@Command(name = "quantize", description = "Quantizes a GGUF model, as llama-quantize does.")
final class QuantizeCommand extends IngotCommand {
  @Parameters(
      arity = "2..4",
      paramLabel = "IN.gguf [OUT.gguf] TYPE [THREADS]",
      description = "Without OUT.gguf: ggml-model-TYPE.gguf beside the input.")
  List<String> arguments = List.of();

  @Option(names = "--allow-requantize", description = "Also tensors that are quantized already.")
  boolean allowRequantize;

  @Option(names = "--leave-output-tensor", description = "Copy output.weight.")
  boolean leaveOutputTensor;

  @Option(names = "--pure", description = "The same type for all tensors, no mix.")
  boolean pure;

  @Option(names = "--imatrix", paramLabel = "FILE", description = "Importance matrix to use.")
  @Nullable String imatrix;

  @Option(
      names = "--include-weights",
      paramLabel = "NAME",
      description = "Use the importance matrix for these tensors only.")
  List<String> includeWeights = List.of();

  @Option(
      names = "--exclude-weights",
      paramLabel = "NAME",
      description = "Do not use the importance matrix for these tensors.")
  List<String> excludeWeights = List.of();

  @Option(names = "--output-tensor-type", paramLabel = "TYPE", description = "For output.weight.")
  @Nullable String outputTensorType;

  @Option(
      names = "--token-embedding-type",
      paramLabel = "TYPE",
      description = "For the token embeddings.")
  @Nullable String tokenEmbeddingType;

  @Option(
      names = "--tensor-type",
      paramLabel = "NAME=TYPE",
      description = "A type for tensors whose name matches; the first rule decides.")
  List<String> tensorTypes = List.of();

  @Option(
      names = "--tensor-type-file",
      paramLabel = "FILE",
      description = "File of such rules, separated by spaces or lines.")
  List<Path> tensorTypeFiles = List.of();

  @Option(
      names = "--prune-layers",
      paramLabel = "L0,L1,...",
      split = ",",
      description = "Layers to leave out.")
  List<Integer> pruneLayers = List.of();

  @Option(names = "--keep-split", description = "As many files as the input has.")
  boolean keepSplit;

  @Option(
      names = "--override-kv",
      paramLabel = "KEY=TYPE:VALUE",
      description = "Set metadata; types are int, float, bool and str.")
  List<String> overrideKv = List.of();

  @Option(names = "--dry-run", description = "Only show types and sizes.")
  boolean dryRun;

  @Option(
      names = "--max-buffer-size",
      paramLabel = "MIB",
      description = "Accepted; Ingot streams in small blocks.")
  @Nullable Integer maxBufferSize;

  @Override
  public Integer call() throws InterruptedException {
    Arguments parsed = Arguments.parse(arguments, keepSplit);
    QuantizeOptions options = options(parsed.type());
    if (maxBufferSize != null && maxBufferSize <= 0) {
      throw IngotException.usage("--max-buffer-size is " + maxBufferSize + "; more than 0 needed");
    }
    try (GgufModelFiles files = GgufModelFiles.open(parsed.input())) {
      QuantizeInput input = new QuantizeInput(files.metadata(), files.tensors());
      QuantizePlan plan = Quantizer.plan(input, options, keepSplit);
      if (!dryRun) {
        write(plan, parsed);
      }
      report(plan, parsed);
    }
    return 0;
  }

  /** The positional arguments, of which the second may be left out. */
  private record Arguments(Path input, Path output, FileType type, int threads) {
    static Arguments parse(List<String> given, boolean keepSplit) {
      Path input = Path.of(given.get(0));
      Optional<FileType> second = FileType.find(given.get(1));
      int next = second.isPresent() ? 2 : 3;
      if (second.isEmpty() && given.size() < 3) {
        FileType.parse(given.get(1));
      }
      FileType type = second.orElseGet(() -> FileType.parse(given.get(2)));
      Path output =
          second.isPresent()
              ? input.resolveSibling("ggml-model-" + type.name() + (keepSplit ? "" : ".gguf"))
              : Path.of(given.get(1));
      if (given.size() > next + 1) {
        throw IngotException.usage("too many arguments: " + given.subList(next + 1, given.size()));
      }
      int threads = given.size() > next ? threads(given.get(next)) : 0;
      return new Arguments(
          input, output, type, threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
    }

    private static int threads(String text) {
      try {
        return Integer.parseInt(text);
      } catch (NumberFormatException e) {
        throw IngotException.usage("the number of threads is '" + text + "', not a number");
      }
    }
  }

  private QuantizeOptions options(FileType type) {
    if (!includeWeights.isEmpty() && !excludeWeights.isEmpty()) {
      throw IngotException.usage("--include-weights and --exclude-weights cannot be used together");
    }
    for (int layer : pruneLayers) {
      if (layer < 0) {
        throw IngotException.usage("--prune-layers names layer " + layer);
      }
    }
    return new QuantizeOptions(
        type,
        allowRequantize,
        leaveOutputTensor,
        pure,
        Optional.ofNullable(outputTensorType).map(GgmlType::parse),
        Optional.ofNullable(tokenEmbeddingType).map(GgmlType::parse),
        rules(),
        overrideKv.stream().map(KeyValueOverride::parse).toList(),
        pruneLayers,
        Optional.ofNullable(imatrix)
            .map(ImportanceMatrix::read)
            .map(matrix -> matrix.filtered(includeWeights, excludeWeights))
            .filter(matrix -> !matrix.weights().isEmpty()));
  }

  private List<TensorTypeRule> rules() {
    List<TensorTypeRule> rules = new ArrayList<>();
    tensorTypes.forEach(rule -> rules.add(TensorTypeRule.parse(rule)));
    for (Path file : tensorTypeFiles) {
      try {
        for (String rule : Files.readString(file).strip().split("\\s+")) {
          if (!rule.isEmpty()) {
            rules.add(TensorTypeRule.parse(rule));
          }
        }
      } catch (IOException e) {
        throw IngotException.notFound(file + ": cannot be read: " + e.getMessage());
      }
    }
    return rules;
  }

  private void write(QuantizePlan plan, Arguments parsed) throws InterruptedException {
    Map<Path, GgufOutput> files = outputs(plan, parsed.output());
    for (Path file : files.keySet()) {
      if (isSame(file, parsed.input())) {
        throw IngotException.usage("input and output are the same file: " + file);
      }
    }
    new GgufWriter(parsed.threads(), false, console().progress(), Cancellation.NONE)
        .writeAll(files);
  }

  private static boolean isSame(Path one, Path other) {
    try {
      return Files.exists(one) && Files.isSameFile(one, other);
    } catch (IOException e) {
      return false;
    }
  }

  private Map<Path, GgufOutput> outputs(QuantizePlan plan, Path output) {
    Map<Path, GgufOutput> files = new LinkedHashMap<>();
    if (!keepSplit) {
      files.put(output, plan.outputs().getFirst());
      return files;
    }
    String name = output.getFileName().toString();
    String stem = name.contains(".gguf") ? name.substring(0, name.length() - 5) : name;
    int count = plan.outputs().size();
    for (int i = 0; i < count; i++) {
      files.put(output.resolveSibling(FileNames.shard(stem, i + 1, count)), plan.outputs().get(i));
    }
    return files;
  }

  private void report(QuantizePlan plan, Arguments parsed) {
    if (json()) {
      List<Map<String, Object>> tensors = new ArrayList<>();
      for (QuantizePlan.Choice choice : plan.tensors()) {
        Map<String, Object> tensor = new LinkedHashMap<>();
        tensor.put("name", choice.name());
        tensor.put("from", choice.from().name());
        tensor.put("to", choice.to().name());
        tensor.put("bytes", choice.bytes());
        tensors.add(tensor);
      }
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("tensors", tensors);
      result.put("bytes", plan.bytes());
      result.put("bpw", plan.bitsPerWeight());
      console().result(result);
      return;
    }
    if (dryRun) {
      plan.tensors()
          .forEach(
              choice ->
                  console()
                      .result(
                          String.format(
                              Locale.ROOT,
                              "%-40s %8s -> %-8s %,15d bytes",
                              choice.name(),
                              choice.from(),
                              choice.to(),
                              choice.bytes())));
    } else {
      outputs(plan, parsed.output()).keySet().forEach(file -> console().result(file.toString()));
    }
    console()
        .note(
            String.format(
                Locale.ROOT,
                "%s: %,d bytes, %.2f bits per weight",
                parsed.type(),
                plan.bytes(),
                plan.bitsPerWeight()));
  }
}

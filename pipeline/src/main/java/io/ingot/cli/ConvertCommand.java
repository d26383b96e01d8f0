package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.gguf.GgufOutput;
import io.ingot.gguf.GgufWriter;
import io.ingot.gguf.Sharding;
import io.ingot.gguf.convert.Conversion;
import io.ingot.gguf.convert.ConvertOptions;
import io.ingot.gguf.convert.Converter;
import io.ingot.gguf.convert.FileNames;
import io.ingot.gguf.convert.OutType;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Cancellation;
import io.ingot.step.quantize.FolderEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot convert MODEL_DIR}: the options of convert_hf_to_gguf.py. */
@Command(
    name = "convert",
    description = "Converts a model folder of the Hub to GGUF, as convert_hf_to_gguf.py does.")
final class ConvertCommand extends IngotCommand {
  @Parameters(paramLabel = "MODEL_DIR", description = "Folder with config.json and safetensors.")
  Path model = Path.of("");

  @Option(
      names = "--outfile",
      paramLabel = "FILE|DIR",
      description = "Where to write; {ftype} stands for the output type (default: MODEL_DIR).")
  @Nullable Path outfile;

  @Option(
      names = "--outtype",
      paramLabel = "TYPE",
      defaultValue = "auto",
      description = "f32, f16, bf16, q8_0, tq1_0, tq2_0 or auto (default: ${DEFAULT-VALUE}).")
  String outtype = "auto";

  @Option(
      names = "--pre",
      paramLabel = "NAME",
      description = "Name of the pre-tokenizer, where llama.cpp's table does not know it.")
  @Nullable String pre;

  @Option(names = "--vocab-only", description = "Write the vocabulary alone.")
  boolean vocabOnly;

  @Option(names = "--bigendian", description = "For machines that are big-endian.")
  boolean bigEndian;

  @Option(names = "--model-name", paramLabel = "NAME", description = "Name of the model.")
  @Nullable String modelName;

  @Option(
      names = "--metadata",
      paramLabel = "FILE",
      description = "JSON file whose keys override the authorship metadata.")
  @Nullable Path metadata;

  @Option(
      names = "--split-max-tensors",
      paramLabel = "N",
      defaultValue = "0",
      description = "Most tensors in one file.")
  int splitMaxTensors;

  @Option(
      names = "--split-max-size",
      paramLabel = "N(K|M|G)",
      defaultValue = "0",
      description = "Most bytes of tensors in one file.")
  String splitMaxSize = "0";

  @Option(names = "--no-tensor-first-split", description = "Only metadata in the first file.")
  boolean noTensorFirstSplit;

  @Option(names = "--fuse-qkv", description = "Put query, key and value into one tensor.")
  boolean fuseQkv;

  @Option(names = "--dry-run", description = "Only print the names of the files.")
  boolean dryRun;

  @Option(
      names = {"--no-lazy", "--use-temp-file"},
      description = "Accepted; Ingot always streams.")
  boolean streaming;

  @Override
  public Integer call() throws InterruptedException {
    Sharding sharding = new Sharding(splitMaxTensors, bytes(splitMaxSize), noTensorFirstSplit);
    ConvertOptions options =
        new ConvertOptions(
            OutType.parse(outtype),
            Optional.ofNullable(modelName),
            Optional.ofNullable(metadata),
            Optional.ofNullable(pre),
            fuseQkv,
            vocabOnly,
            Optional.empty());
    try (ModelFolder folder = ModelFolder.open(model)) {
      Conversion conversion =
          Converter.convert(folder, options, () -> Optional.of(new FolderEncoder(model)));
      Map<Path, GgufOutput> files = files(target(conversion), sharding, conversion);
      if (!dryRun) {
        write(files);
      }
      report(files, conversion);
    }
    return 0;
  }

  private void write(Map<Path, GgufOutput> files) throws InterruptedException {
    GgufWriter writer =
        new GgufWriter(
            Runtime.getRuntime().availableProcessors(),
            bigEndian,
            console().progress(),
            Cancellation.NONE);
    if (vocabOnly) {
      Map.Entry<Path, GgufOutput> only = files.entrySet().iterator().next();
      writer.writeVocabulary(only.getKey(), only.getValue());
    } else {
      writer.writeAll(files);
    }
  }

  private Path target(Conversion conversion) {
    Path given = outfile == null ? model : outfile;
    if (Files.isDirectory(given)) {
      return given.resolve(conversion.fileName());
    }
    return given.resolveSibling(
        FileNames.filled(given.getFileName().toString(), conversion.outType()));
  }

  private Map<Path, GgufOutput> files(Path target, Sharding sharding, Conversion conversion) {
    List<GgufOutput> shards =
        vocabOnly ? List.of(conversion.output()) : sharding.split(conversion.output());
    Map<Path, GgufOutput> files = new LinkedHashMap<>();
    String name = target.getFileName().toString();
    String stem = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
    for (int i = 0; i < shards.size(); i++) {
      Path file =
          shards.size() == 1
              ? target
              : target.resolveSibling(FileNames.shard(stem, i + 1, shards.size()));
      files.put(file, shards.get(i));
    }
    return files;
  }

  private void report(Map<Path, GgufOutput> files, Conversion conversion) {
    if (json()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("type", conversion.outType().name());
      result.put("files", files.keySet().stream().map(Path::toString).toList());
      result.put("tensors", conversion.output().tensors().size());
      result.put("bytes", conversion.output().tensorBytes());
      console().result(result);
    } else {
      files.keySet().forEach(file -> console().result(file.toString()));
    }
  }

  private static long bytes(String text) {
    long unit =
        switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
          case 'K' -> 1000L;
          case 'M' -> 1000_000L;
          case 'G' -> 1000_000_000L;
          default -> 1L;
        };
    String digits = unit == 1 ? text : text.substring(0, text.length() - 1);
    try {
      long number = Long.parseLong(digits);
      if (number >= 0) {
        return Math.multiplyExact(number, unit);
      }
    } catch (NumberFormatException | ArithmeticException e) {
      // explained below
    }
    throw IngotException.usage(
        "--split-max-size is '" + text + "'; a number, perhaps with K, M or G, was expected");
  }
}

package io.ingot.cli;

import io.ingot.adapter.extract.AdapterExtract;
import io.ingot.adapter.extract.ExtractOptions;
import io.ingot.adapter.extract.ExtractReport;
import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import io.ingot.tensor.DType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot adapter extract MODEL BASE OUT}, with the options of mergekit-extract-lora. */
@Command(
    name = "extract",
    description = "Makes a PEFT LoRA adapter out of a fine-tuned model and its base.")
final class AdapterExtractCommand extends IngotCommand {
  @Parameters(index = "0", paramLabel = "MODEL", description = "The fine-tuned model.")
  String model = "";

  @Parameters(index = "1", paramLabel = "BASE", description = "The model it was made from.")
  String base = "";

  @Parameters(index = "2", paramLabel = "OUT", description = "Folder to write.")
  Path out = Path.of("");

  @Option(
      names = {"--rank", "--max-rank"},
      paramLabel = "N",
      description = "Largest rank of a module (default: ${DEFAULT-VALUE}).")
  int rank = 128;

  @Option(
      names = "--rank-pattern",
      paramLabel = "REGEX=N",
      description = "Another rank for modules whose name ends so, e.g. 'mlp.down_proj=64'.")
  List<String> rankPatterns = List.of();

  @Option(
      names = "--distribute-scale",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Share the singular values among both factors (default: on).")
  boolean distributeScale = true;

  @Option(
      names = "--embed-lora",
      negatable = true,
      defaultValue = "false",
      fallbackValue = "true",
      description = "Factors for embeddings and head, too; without it they are saved whole.")
  boolean embedLora;

  @Option(
      names = "--save-module",
      paramLabel = "M",
      description = "Save this module whole: a full name or its last part.")
  List<String> saveModules = List.of();

  @Option(
      names = {"-e", "--exclude-regex"},
      paramLabel = "REGEX",
      description = "Leave modules out in whose name this is found.")
  List<String> excludes = List.of();

  @Option(
      names = {"-i", "--include-regex"},
      paramLabel = "REGEX",
      description = "Take only modules in whose name this is found.")
  List<String> includes = List.of();

  @Option(
      names = "--sv-epsilon",
      paramLabel = "X",
      description = "Drop singular values up to this (default: 0).")
  double epsilon;

  @Option(
      names = "--skip-undecomposable",
      description = "Leave out what is no matrix, e.g. norms, instead of saving it whole.")
  boolean skipUndecomposable;

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      description = "Of the factors (default: float32).")
  String dtype = "float32";

  @Option(
      names = "--trust-remote-code",
      description = "Accept models that bring code; the code is ignored.")
  boolean trustRemoteCode;

  @Option(
      names = {"-j", "--num-threads"},
      paramLabel = "N",
      description = "Threads (default: one per processor).")
  int threads;

  @Override
  public Integer call() throws InterruptedException {
    ExtractOptions options = options();
    ModelLocations locations =
        new ModelLocations(environment(), console().progress(), trustRemoteCode);
    ModelRef tunedName = ModelLocations.reference(model);
    ModelRef originalName = ModelLocations.reference(base);
    try (Model tuned = locations.open(tunedName);
        Model original = locations.open(originalName);
        StopSignal stop = new StopSignal()) {
      AdapterExtract extract = AdapterExtract.plan(tuned, original, options);
      extract.warnings().forEach(console()::warn);
      Map<ModelRef, Model> models = new LinkedHashMap<>();
      models.put(tunedName, tuned);
      models.put(originalName, original);
      print(
          DerivedFolder.write(
              out,
              models,
              extract.bytes(),
              stop,
              folder ->
                  extract.write(
                      folder,
                      String.valueOf(out.toAbsolutePath().normalize().getFileName()),
                      model,
                      base,
                      console().progress(),
                      stop)));
    }
    return 0;
  }

  private ExtractOptions options() {
    SequencedMap<Pattern, Integer> patterns = new LinkedHashMap<>();
    for (String text : rankPatterns) {
      int at = text.lastIndexOf('=');
      String number = text.substring(at + 1);
      if (at < 1 || !number.matches("-?\\d{1,9}")) {
        throw IngotException.usage(
            "--rank-pattern: '" + text + "' is not of the form REGEX=N, e.g. 'mlp.down_proj=64'");
      }
      patterns.put(ExtractOptions.ending(text.substring(0, at)), Integer.parseInt(number));
    }
    return new ExtractOptions(
        rank,
        patterns,
        distributeScale,
        embedLora,
        saveModules,
        excludes.stream().map(e -> ExtractOptions.pattern("--exclude-regex", e)).toList(),
        includes.stream().map(i -> ExtractOptions.pattern("--include-regex", i)).toList(),
        epsilon,
        skipUndecomposable,
        DType.parse(dtype),
        threads);
  }

  private void print(ExtractReport report) {
    if (json()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("out", out.toString());
      result.put("report", report);
      console().result(result);
      return;
    }
    TextTable table = new TextTable("MODULE", " RANK", " ENERGY KEPT", " NORM");
    for (ExtractReport.Extracted module : report.modules()) {
      table.row(
          module.module(),
          Integer.toString(module.rank()),
          String.format(Locale.ROOT, "%.6f", module.energy()),
          String.format(Locale.ROOT, "%.4g", module.norm()));
    }
    table.lines().forEach(console()::result);
    if (!report.saved().isEmpty()) {
      console().result("saved whole: " + String.join(", ", report.saved()));
    }
    if (!report.leftOut().isEmpty()) {
      console().result("left out: " + String.join(", ", report.leftOut()));
    }
    console()
        .result(
            String.format(
                Locale.ROOT,
                "%s: %d modules of rank %d at most, %.6f of the squared difference kept,"
                    + " %d modules unchanged, %.1f MB in %.1f s",
                out,
                report.modules().size(),
                report.rank(),
                report.energy(),
                report.unchanged(),
                report.bytes() / 1e6,
                report.seconds()));
  }
}

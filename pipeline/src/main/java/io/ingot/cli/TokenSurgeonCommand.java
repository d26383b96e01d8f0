package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import io.ingot.transplant.Match;
import io.ingot.transplant.Transplant;
import io.ingot.transplant.TransplantOptions;
import io.ingot.transplant.TransplantReport;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot tokensurgeon MODEL DONOR OUT}, with the options of mergekit-tokensurgeon. */
@Command(
    name = "tokensurgeon",
    description = "Gives a model the tokenizer of another one.",
    footer = {
      "Methods: omp (composes a row of those of k shared tokens), common_interpolation (of the k",
      "nearest), mean, zero, randn, john_hewitt (normal, as the model's rows are)."
    })
final class TokenSurgeonCommand extends IngotCommand {
  @Parameters(index = "0", paramLabel = "MODEL", description = "The model that gets a tokenizer.")
  String model = "";

  @Parameters(index = "1", paramLabel = "DONOR", description = "The model whose tokenizer it gets.")
  String donor = "";

  @Parameters(index = "2", paramLabel = "OUT", description = "Folder to write.")
  Path out = Path.of("");

  @Option(
      names = {"-k", "--k"},
      paramLabel = "N",
      description = "Shared tokens that a row is composed of (default: ${DEFAULT-VALUE}).")
  int k = 64;

  @Option(
      names = {"-a", "--approximation-method"},
      paramLabel = "METHOD",
      description = "How rows of missing tokens are made (default: ${DEFAULT-VALUE}).")
  String method = "omp";

  @Option(
      names = {"-c", "--cosine-similarity"},
      negatable = true,
      defaultValue = "false",
      fallbackValue = "true",
      description = "Neighbors by angle instead of distance.")
  boolean cosine;

  @Option(
      names = {"-pm", "--prefix-match"},
      paramLabel = "WHERE",
      description =
          "Let the longest known prefix stand for a missing token: no, embed, lm_head, yes.")
  String prefixMatch = "no";

  @Option(
      names = {"-bm", "--byte-match"},
      paramLabel = "WHERE",
      description =
          "Let bytes and characters of ASCII stand for each other: no, embed, lm_head, yes.")
  String byteMatch = "no";

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Tokens worked on at a time (default: ${DEFAULT-VALUE}); 0 or less: all.")
  int batch = 256;

  @Option(
      names = {"-nvn", "--new-vocab-noise"},
      paramLabel = "X",
      description = "Deviation of normal noise added to made rows.")
  double noise;

  @Option(
      names = {"-nvs", "--new-vocab-scale"},
      paramLabel = "X",
      description = "Factor of made rows.")
  double scale = 1;

  @Option(
      names = "--max-candidates",
      paramLabel = "N",
      description = "Compose rows of the first N shared tokens only (default: all).")
  int maxCandidates = Integer.MAX_VALUE;

  @Mixin MergeKitOptions mergekit = new MergeKitOptions();

  @Override
  public Integer call() throws InterruptedException {
    if (!mergekit.safeSerialization) {
      throw IngotException.usage(
          "--no-safe-serialization: Ingot writes safetensors only, never pickles");
    }
    TransplantOptions options = options();
    List<String> idle = mergekit.withoutEffect();
    if (!idle.isEmpty()) {
      console().warn(String.join(", ", idle) + ": work runs on the CPU; ignored");
    }
    ModelLocations locations =
        new ModelLocations(environment(), console().progress(), mergekit.trustRemoteCode);
    ModelRef takerName = ModelLocations.reference(model);
    ModelRef giverName = ModelLocations.reference(donor);
    try (Model taker = locations.open(takerName);
        Model giver = locations.open(giverName);
        StopSignal stop = new StopSignal()) {
      Transplant transplant = Transplant.plan(taker, model, giver, donor, options);
      transplant.warnings().forEach(console()::warn);
      Map<ModelRef, Model> models = new LinkedHashMap<>();
      models.put(takerName, taker);
      models.put(giverName, giver);
      print(
          DerivedFolder.write(
              out,
              models,
              transplant.bytes(),
              stop,
              folder ->
                  transplant.write(
                      folder,
                      String.valueOf(out.toAbsolutePath().normalize().getFileName()),
                      model,
                      donor,
                      mergekit.shardBytes(),
                      console().progress(),
                      stop)));
    }
    return 0;
  }

  private TransplantOptions options() {
    return new TransplantOptions(
        Arrays.stream(TransplantOptions.Method.values())
            .filter(m -> m.name().toLowerCase(Locale.ROOT).equals(method))
            .findFirst()
            .orElseThrow(() -> unknownMethod()),
        k,
        cosine,
        Match.parse("--prefix-match", prefixMatch),
        Match.parse("--byte-match", byteMatch),
        batch,
        noise,
        scale,
        maxCandidates,
        mergekit.randomSeed == null ? 0 : mergekit.randomSeed,
        mergekit.threads);
  }

  private IngotException unknownMethod() {
    List<String> known =
        Arrays.stream(TransplantOptions.Method.values())
            .map(m -> m.name().toLowerCase(Locale.ROOT))
            .toList();
    return IngotException.usage(
        "--approximation-method: '%s' is none of %s".formatted(method, String.join(", ", known)));
  }

  private void print(TransplantReport report) {
    if (json()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("out", out.toString());
      result.put("report", report);
      console().result(result);
      return;
    }
    TextTable table = new TextTable("MATRIX", " EXACT", " BYTE", " PREFIX", " MADE", " RESIDUAL");
    for (TransplantReport.Matrix matrix : report.matrices()) {
      Double residual = matrix.residual();
      table.row(
          matrix.tensor(),
          Integer.toString(matrix.exact()),
          Integer.toString(matrix.byteMatches()),
          Integer.toString(matrix.prefixMatches()),
          Integer.toString(matrix.approximated()),
          residual == null ? "" : String.format(Locale.ROOT, "%.4f", residual));
    }
    table.lines().forEach(console()::result);
    console()
        .result(
            String.format(
                Locale.ROOT,
                "%s: %d tokens in %d rows, %d file%s, %.1f s",
                out,
                report.vocabulary(),
                report.rows(),
                report.files().size(),
                report.files().size() == 1 ? "" : "s",
                report.seconds()));
  }
}

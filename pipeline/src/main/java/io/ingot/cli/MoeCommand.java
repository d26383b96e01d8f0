package io.ingot.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.MergeSummary;
import io.ingot.merge.moe.MoeBuilder;
import io.ingot.merge.moe.MoeRecipe;
import io.ingot.merge.moe.MoeRecipeReader;
import io.ingot.merge.moe.MoeRecipeReader.Reading;
import io.ingot.merge.moe.MoeReport;
import io.ingot.progress.Progress;
import io.ingot.tensor.MersenneTwister;
import io.ingot.train.decoder.LayerInputs;
import io.ingot.train.tokenizer.PromptEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot moe CONFIG OUT}, a drop-in for mergekit-moe. */
@Command(
    name = "moe",
    description = "Builds a mixture of experts out of dense models, by a recipe of mergekit-moe.",
    footer = "Paths in the recipe are relative to the working directory.")
final class MoeCommand extends IngotCommand {
  @Parameters(index = "0", paramLabel = "CONFIG", description = "The recipe.")
  Path config = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT", arity = "0..1", description = "Folder to write.")
  @Nullable Path out;

  @Option(names = "--strict", description = "Unknown keys are errors.")
  boolean strict;

  @Option(names = "--plan", description = "Check and show what would be written, from headers.")
  boolean planOnly;

  @Option(names = "--resume", description = "Go on where an interrupted run stopped.")
  boolean resume;

  @Option(
      names = "--i-understand-this-is-not-useful-without-training",
      description = "Allow experts that are all alike, or have all the same prompts.")
  boolean forTraining;

  @Option(
      names = {"--load-in-4bit", "--load-in-8bit"},
      hidden = true)
  boolean quantized;

  @Mixin MergeKitOptions mergekit = new MergeKitOptions();

  @Override
  public Integer call() throws InterruptedException {
    if (!mergekit.safeSerialization) {
      throw IngotException.usage(
          "--no-safe-serialization: Ingot writes safetensors only, never pickles");
    }
    if (out == null && !planOnly) {
      throw IngotException.usage("OUT is missing: the folder to write");
    }
    List<String> idle = mergekit.withoutEffect();
    if (!idle.isEmpty()) {
      console().warn(String.join(", ", idle) + ": this runs on the CPU; ignored");
    }
    if (quantized) {
      console()
          .warn("--load-in-4bit, --load-in-8bit: the base is run layer by layer in fp32; ignored");
    }
    RecipeFile file = new RecipeFile(config);
    String source = file.read();
    Reading reading = MoeRecipeReader.read(config.toString(), source, forTraining);
    file.report(reading.problems(), strict, console());
    MoeRecipe recipe = Objects.requireNonNull(reading.recipe());
    Progress progress = console().progress();
    ModelLocations locations =
        new ModelLocations(environment(), progress, mergekit.trustRemoteCode);
    try (MoeBuilder builder = MoeBuilder.open(recipe, source, locations, options());
        StopSignal stop = new StopSignal()) {
      MergeLicenses licenses = MergeLicenses.of(locations.found(), environment());
      if (planOnly || out == null) {
        print(new MoePlanReport(out == null ? builder.report() : builder.report(out), licenses));
        return 0;
      }
      licenses.obstacles().forEach(console()::warn);
      MergeSummary summary =
          builder.write(
              out,
              licenses.facts(String.valueOf(out.toAbsolutePath().normalize().getFileName())),
              new PromptEncoder(),
              new LayerInputs("cpu", progress),
              progress,
              stop);
      print(builder.report(), MergeSummaryReport.of(out, summary));
    }
    return 0;
  }

  private MergeOptions options() {
    return new MergeOptions(
        false,
        mergekit.allowCrimes,
        mergekit.randomSeed == null ? MersenneTwister.DEFAULT_SEED : mergekit.randomSeed,
        mergekit.shardBytes(),
        mergekit.copyTokenizer,
        mergekit.writeModelCard,
        false,
        mergekit.threads,
        resume);
  }

  private void print(MoeReport report, MergeSummaryReport summary) {
    if (json()) {
      ObjectNode document = summary.json();
      document.put("architecture", report.architecture());
      document.put("experts", report.experts());
      document.put("active_parameters", report.activeParameters());
      console().result(document);
      return;
    }
    List<String> lines = new ArrayList<>(summary.lines());
    lines.add(
        1,
        "  model   %s of %d experts in each layer; a token meets %s parameters"
            .formatted(
                report.architecture(),
                report.experts(),
                MergeSizes.parameters(report.activeParameters())));
    lines.forEach(console()::result);
  }

  private void print(MoePlanReport report) {
    if (json()) {
      console().result(report.json());
    } else {
      report.lines().forEach(console()::result);
    }
  }
}

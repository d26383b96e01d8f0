package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.merge.Cancellation;
import io.ingot.merge.MergeFacts;
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
import java.util.List;
import java.util.Locale;
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
    try (MoeBuilder builder =
        MoeBuilder.open(
            recipe,
            source,
            new ModelLocations(environment(), progress, mergekit.trustRemoteCode),
            options())) {
      if (planOnly || out == null) {
        print(builder.report());
      } else {
        print(
            builder.report(),
            builder.write(
                out,
                MergeFacts.NONE,
                new PromptEncoder(),
                new LayerInputs("cpu", progress),
                progress,
                Cancellation.NONE));
      }
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

  private void print(MoeReport report, MergeSummary summary) {
    if (json()) {
      console().result(summary);
      return;
    }
    console()
        .result(
            String.format(
                Locale.ROOT,
                "%s: %s of %d experts, %d tensors, %.1f M parameters (%.1f M active), %.1f MB in %.1f s (%.2f GB/s), %d file%s",
                out,
                report.architecture(),
                report.experts(),
                summary.tensors(),
                summary.parameters() / 1e6,
                report.activeParameters() / 1e6,
                summary.bytes() / 1e6,
                summary.seconds(),
                summary.gigabytesPerSecond(),
                summary.files().size(),
                summary.files().size() == 1 ? "" : "s"));
  }

  private void print(MoeReport report) {
    if (json()) {
      console().result(report);
      return;
    }
    console().result("architecture  " + report.architecture());
    console().result("gate mode     " + report.gateMode());
    console().result("models        " + String.join(", ", report.models()));
    console()
        .result(
            "experts       %d in each of %d layers, %d per token"
                .formatted(report.experts(), report.layers(), report.expertsPerToken()));
    console()
        .result(
            String.format(
                Locale.ROOT,
                "output        %d tensors, %.1f M parameters (%.1f M active), %.1f MB in %d file%s",
                report.tensors(),
                report.parameters() / 1e6,
                report.activeParameters() / 1e6,
                report.diskBytes() / 1e6,
                report.files().size(),
                report.files().size() == 1 ? "" : "s"));
    console()
        .result(
            String.format(Locale.ROOT, "memory        about %.1f GB", report.memoryBytes() / 1e9));
    report.warnings().forEach(w -> console().result("warning       " + w));
  }
}

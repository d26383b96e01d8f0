package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.merge.Cancellation;
import io.ingot.merge.Finding;
import io.ingot.merge.MergeChain;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.MergeReport;
import io.ingot.merge.MergeSummary;
import io.ingot.merge.Merger;
import io.ingot.merge.NamedResults;
import io.ingot.merge.recipe.RecipeDocument;
import io.ingot.merge.recipe.RecipeDocuments;
import io.ingot.merge.recipe.RecipeProblem;
import io.ingot.merge.recipe.RecipeProblem.Severity;
import io.ingot.tensor.MersenneTwister;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot merge CONFIG OUT}, a drop-in for mergekit-yaml. */
@Command(
    name = "merge",
    description = "Merges models by a mergekit recipe.",
    footer = "Paths in the recipe are relative to the working directory.")
final class MergeCommand extends IngotCommand {
  @Parameters(index = "0", paramLabel = "CONFIG", arity = "0..1", description = "The recipe.")
  @Nullable Path given;

  @Parameters(index = "1", paramLabel = "OUT", arity = "0..1", description = "Folder to write.")
  @Nullable Path out;

  @Option(
      names = "--compat",
      paramLabel = "TOOL",
      description = "'mergekit': write exactly what it writes, oddities included.")
  @Nullable String compat;

  @Option(names = "--strict", description = "Unknown keys are errors.")
  boolean strict;

  @Option(names = "--plan", description = "Check and show what would be written, from headers.")
  boolean planOnly;

  @Option(names = "--resume", description = "Go on where an interrupted run stopped.")
  boolean resume;

  @Option(names = "--fail-on-nan", description = "Fail when a result is NaN or infinite.")
  boolean failOnNan;

  @Option(
      names = {"-I", "--intermediate-dir"},
      paramLabel = "DIR",
      description = "Keep the results of documents with a name there.")
  @Nullable Path intermediates;

  @Option(
      names = "--lazy",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Use results in DIR that would come out the same (default: on).")
  boolean lazy = true;

  @Option(
      names = "--methods",
      paramLabel = "NAME",
      arity = "0..1",
      fallbackValue = "",
      description = "Show all merge methods, or one with its formula, parameters and an example.")
  @Nullable String methods;

  @Mixin MergeKitOptions mergekit = new MergeKitOptions();

  private Path config = Path.of("");

  @Override
  public Integer call() throws InterruptedException {
    if (methods != null) {
      MethodListing.print(methods, console());
      return 0;
    }
    if (given == null) {
      throw IngotException.usage("CONFIG is missing: the recipe, a YAML file");
    }
    config = given;
    if (!mergekit.safeSerialization) {
      throw IngotException.usage(
          "--no-safe-serialization: Ingot writes safetensors only, never pickles");
    }
    if (compat != null && !compat.equals("mergekit")) {
      throw IngotException.usage("--compat: unknown tool '" + compat + "'; known: mergekit");
    }
    List<String> idle = mergekit.withoutEffect();
    if (!idle.isEmpty()) {
      console().warn(String.join(", ", idle) + ": merges run on the CPU; ignored");
    }
    RecipeDocuments documents = RecipeDocuments.read(config.toString(), read());
    report(documents.problems());
    ModelLocations locations =
        new ModelLocations(environment(), console().progress(), mergekit.trustRemoteCode);
    if (documents.documents().size() == 1 && intermediates == null) {
      merge(documents.documents().getFirst(), locations);
    } else {
      merge(documents, locations);
    }
    return 0;
  }

  private void merge(RecipeDocument document, ModelLocations locations)
      throws InterruptedException {
    if (out == null && !planOnly) {
      throw IngotException.usage("OUT is missing: the folder to write");
    }
    try (Merger merger = Merger.open(document.recipe(), document.source(), locations, options())) {
      if (planOnly || out == null) {
        print(merger.report());
      } else {
        print(out, merger.write(out, console().progress(), Cancellation.NONE));
      }
    }
  }

  private void merge(RecipeDocuments documents, ModelLocations locations)
      throws InterruptedException {
    List<RecipeDocument> chosen =
        intermediates == null ? documents.needed() : documents.documents();
    documents.documents().stream()
        .filter(d -> !chosen.contains(d))
        .forEach(d -> console().warn("nothing uses " + d.name().orElse("") + "; left out"));
    MergeChain chain =
        new MergeChain(chosen, locations, locations::locate, options(), results(documents));
    ChainListing listing = new ChainListing(console());
    if (planOnly) {
      listing.planned(chain.plan(), this::print);
    } else {
      listing.made(chain.write(out, console().progress(), Cancellation.NONE), this::print);
    }
  }

  /** Where results with names go, which must fit to what the file holds. */
  private NamedResults results(RecipeDocuments documents) {
    boolean unnamed = documents.unnamed().isPresent();
    if (!unnamed && out != null) {
      throw IngotException.usage(
          "every document of "
              + config
              + " has a name, so there is nothing to write to "
              + out
              + "; leave OUT away, or the 'name' of the last document");
    }
    if (unnamed && out == null && !planOnly) {
      throw IngotException.usage("OUT is missing: the folder for the document without a name");
    }
    if (intermediates != null) {
      return NamedResults.kept(intermediates, lazy);
    }
    if (!unnamed && !planOnly) {
      throw IngotException.usage(
          "--intermediate-dir is missing: every document has a name, so their results go there");
    }
    Path beside = out == null ? config.toAbsolutePath().normalize() : out;
    return NamedResults.beside(beside, resume);
  }

  private MergeOptions options() {
    return new MergeOptions(
        compat != null,
        mergekit.allowCrimes,
        mergekit.randomSeed == null ? MersenneTwister.DEFAULT_SEED : mergekit.randomSeed,
        mergekit.shardBytes(),
        mergekit.copyTokenizer,
        mergekit.writeModelCard,
        failOnNan,
        mergekit.threads,
        resume);
  }

  private String read() {
    try {
      return Files.readString(config);
    } catch (NoSuchFileException e) {
      throw IngotException.notFound("there is no recipe " + config);
    } catch (MalformedInputException e) {
      throw IngotException.invalid(config + " is not UTF-8 text");
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + config + ": " + e.getMessage());
    }
  }

  /** Warnings to stderr; errors, and unknown keys when strict, end the command. */
  private void report(List<RecipeProblem> problems) {
    List<RecipeProblem> fatal =
        problems.stream()
            .filter(
                p ->
                    p.severity() == Severity.ERROR
                        || strict && p.severity() == Severity.UNKNOWN_KEY)
            .toList();
    if (!fatal.isEmpty()) {
      throw IngotException.invalid(
          String.join("\n       ", fatal.stream().map(p -> config + ":" + p.text()).toList()));
    }
    problems.forEach(p -> console().warn(config + ":" + p.text()));
  }

  private void print(Path folder, MergeSummary summary) {
    if (json()) {
      console().result(summary);
      return;
    }
    console()
        .result(
            String.format(
                Locale.ROOT,
                "%s: %d tensors, %.1f M parameters, %.1f MB in %.1f s (%.2f GB/s), %d file%s",
                folder,
                summary.tensors(),
                summary.parameters() / 1e6,
                summary.bytes() / 1e6,
                summary.seconds(),
                summary.bytes() / 1e9 / summary.seconds(),
                summary.files().size(),
                summary.files().size() == 1 ? "" : "s"));
    if (!summary.leftovers().isEmpty() && compat == null) {
      console()
          .note(
              "copied from the base as they are, because the architecture does not list them: "
                  + String.join(", ", summary.leftovers()));
    }
  }

  private void print(MergeReport report) {
    if (json()) {
      console().result(report);
      return;
    }
    console().result("method        " + report.method());
    console().result("architecture  " + report.architecture());
    console()
        .result(
            "models        "
                + String.join(
                    ", ", report.models().stream().map(MergeReport.ModelLine::name).toList()));
    console().result("donor         " + report.donor());
    console()
        .result(
            String.format(
                Locale.ROOT,
                "output        %d tensors, %.1f M parameters, %.1f MB in %d file%s",
                report.tensors(),
                report.parameters() / 1e6,
                report.diskBytes() / 1e6,
                report.files().size(),
                report.files().size() == 1 ? "" : "s"));
    console()
        .result(
            String.format(Locale.ROOT, "memory        about %.1f GB", report.memoryBytes() / 1e9));
    report.leftovers().forEach(l -> console().result("not listed    " + l));
    report.lines(Finding.Severity.WARNING).forEach(w -> console().result("warning       " + w));
  }
}

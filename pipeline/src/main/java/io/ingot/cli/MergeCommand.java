package io.ingot.cli;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.merge.Finding;
import io.ingot.merge.MergeChain;
import io.ingot.merge.MergeChain.Planned;
import io.ingot.merge.MergeFacts;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.MergeReport;
import io.ingot.merge.MergeSummary;
import io.ingot.merge.Merger;
import io.ingot.merge.NamedResults;
import io.ingot.merge.TensorNames;
import io.ingot.merge.recipe.RecipeDocument;
import io.ingot.merge.recipe.RecipeDocuments;
import io.ingot.model.RawModel;
import io.ingot.progress.Cancellation;
import io.ingot.tensor.MersenneTwister;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
  /** Bytes of a model that a plan fetches to look at its headers; larger ones must be here. */
  private static final long DOWNLOADED_FOR_A_PLAN = 64_000_000;

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

  @Option(
      names = "--sha256",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Hash the result while it is written (default: on).")
  boolean sha256 = true;

  @Option(names = "--fail-on-nan", description = "Fail when a result is NaN or infinite.")
  boolean failOnNan;

  @Option(names = "--out-path", paramLabel = "OUT", hidden = true)
  @Nullable Path outPath;

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
      names = "--raw",
      description = "Merge tensors by name, without an architecture; so are .safetensors files.")
  boolean raw;

  @Option(
      names = {"-i", "--intersection", "--tensor-intersection"},
      description = "As --raw: only tensors that all models have.")
  boolean intersection;

  @Option(
      names = {"-u", "--union", "--tensor-union"},
      description = "As --raw: all tensors, each of the models that have it.")
  boolean union;

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
    if (out == null) {
      out = outPath;
    } else if (outPath != null && !outPath.equals(out)) {
      throw IngotException.usage(
          "--out-path %s and OUT %s name two folders; give one".formatted(outPath, out));
    }
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
    RecipeFile file = new RecipeFile(config);
    RecipeDocuments documents = RecipeDocuments.read(config.toString(), file.read());
    file.report(documents.problems(), strict, console());
    boolean single = documents.documents().size() == 1 && intermediates == null;
    if (single && planOnly) {
      return plan(documents.documents().getFirst());
    }
    try (StopSignal stop = new StopSignal()) {
      if (!single) {
        return merge(documents, stop);
      }
      merge(documents.documents().getFirst(), stop);
    }
    return 0;
  }

  private ModelLocations locations() {
    return new ModelLocations(
        environment(),
        console().progress(),
        mergekit.trustRemoteCode,
        planOnly ? DOWNLOADED_FOR_A_PLAN : Long.MAX_VALUE);
  }

  /** Which tensors of a merge without an architecture are merged; empty for a merge of models. */
  private Optional<TensorNames> names(RecipeDocument document) {
    if (intersection && union) {
      throw IngotException.usage("--intersection and --union exclude each other");
    }
    boolean files = document.recipe().references().stream().anyMatch(r -> RawModel.isRaw(r.path()));
    if (!raw && !intersection && !union && !files) {
      return Optional.empty();
    }
    return Optional.of(
        union ? TensorNames.UNION : intersection ? TensorNames.INTERSECTION : TensorNames.SAME);
  }

  private Merger inspect(RecipeDocument document, ModelLocations locations) {
    Optional<TensorNames> names = names(document);
    if (names.isEmpty()) {
      return Merger.inspect(document.recipe(), document.source(), locations, options());
    }
    boolean file = out != null && out.toString().endsWith(".safetensors");
    return Merger.inspectRaw(
        document.recipe(),
        document.source(),
        locations::locate,
        file ? options().withShardBytes(0) : options(),
        names.get());
  }

  private int plan(RecipeDocument document) {
    ModelLocations locations = locations();
    try (Merger merger = inspect(document, locations)) {
      MergeReport report = out == null ? merger.report() : merger.report(out);
      MergePlanReport shown =
          new MergePlanReport(
              report, Optional.of(MergeLicenses.of(locations.found(), environment())));
      if (json()) {
        console().result(shown.json());
      } else {
        shown.lines().forEach(console()::result);
      }
      return exitCode(List.of(report));
    }
  }

  /** That of the errors when they are of one kind. */
  private static int exitCode(List<MergeReport> reports) {
    List<Integer> codes =
        reports.stream()
            .flatMap(report -> report.findings().stream())
            .filter(f -> f.severity() == Finding.Severity.ERROR)
            .map(f -> f.kind().exitCode())
            .distinct()
            .toList();
    return codes.isEmpty()
        ? 0
        : codes.size() == 1 ? codes.getFirst() : ErrorKind.INVALID.exitCode();
  }

  private void merge(RecipeDocument document, Cancellation cancellation)
      throws InterruptedException {
    if (out == null) {
      throw IngotException.usage("OUT is missing: the folder to write");
    }
    ModelLocations locations = locations();
    try (Merger merger = inspect(document, locations).requirePossible()) {
      MergeLicenses licenses = MergeLicenses.of(locations.found(), environment());
      licenses.obstacles().forEach(console()::warn);
      Path name = out.toAbsolutePath().normalize().getFileName();
      MergeFacts facts = licenses.facts(String.valueOf(name));
      merger.hash(sha256);
      print(out, merger.write(out, facts, console().progress(), cancellation));
    }
  }

  private int merge(RecipeDocuments documents, Cancellation cancellation)
      throws InterruptedException {
    List<RecipeDocument> chosen =
        intermediates == null ? documents.needed() : documents.documents();
    documents.documents().stream()
        .filter(d -> !chosen.contains(d))
        .forEach(d -> console().warn("nothing uses " + d.name().orElse("") + "; left out"));
    if (chosen.stream().anyMatch(d -> names(d).isPresent())) {
      throw IngotException.invalid(
          config
              + " holds several documents; tensors without an architecture are merged one at a time");
    }
    ChainInputs inputs = new ChainInputs(chosen, this::locations, environment(), console());
    MergeChain chain = new MergeChain(chosen, inputs, options(), results(documents));
    ChainListing listing = new ChainListing(console(), inputs);
    if (planOnly) {
      List<Planned> planned = chain.plan(out);
      listing.planned(planned);
      return exitCode(planned.stream().flatMap(p -> p.report().stream()).toList());
    }
    chain.hash(sha256);
    listing.made(chain.write(out, console().progress(), cancellation), this::print);
    return 0;
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

  private void print(Path folder, MergeSummary summary) {
    MergeSummaryReport report = MergeSummaryReport.of(folder, summary);
    if (json()) {
      console().result(report.json());
      return;
    }
    report.lines().forEach(console()::result);
    if (!summary.leftovers().isEmpty() && compat == null) {
      console()
          .note(
              "copied from the base as they are, because the architecture does not list them: "
                  + String.join(", ", summary.leftovers()));
    }
  }
}

package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.merge.LayerShuffle;
import io.ingot.merge.LayerShuffle.Share;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.Merger;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.merge.recipe.RecipeReader;
import io.ingot.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot layershuffle -m A -m B OUT}. */
@Command(
    name = "layershuffle",
    description = "Stacks layers of several models, drawn at random, and writes the model.",
    footer = {
      "Layer i of the result is layer i of a model drawn by its weight; embedding, final norm and",
      "head are the first model's. The same seed gives the same stack on every machine."
    })
final class LayerShuffleCommand extends IngotCommand {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      required = true,
      description = "A model to draw from: a folder or a repository. Give it once for each.")
  List<String> models = new ArrayList<>();

  @Option(
      names = {"-w", "--weight"},
      paramLabel = "W",
      description = "Its share, in the same order (default: all alike).")
  List<Double> weights = new ArrayList<>();

  @Parameters(index = "0", paramLabel = "OUT", arity = "0..1", description = "Folder to write.")
  @Nullable Path out;

  @Option(names = "--full-random", description = "Draw the layer within its model, too.")
  boolean fullRandom;

  @Option(names = "--print-yaml", negatable = true, description = "Print the recipe.")
  boolean printYaml;

  @Option(names = "--write-yaml", paramLabel = "FILE", description = "Write the recipe there.")
  @Nullable Path writeYaml;

  @Option(names = "--dry-run", description = "Draw and show the recipe; write no model.")
  boolean dryRun;

  @Option(names = "--fp16", negatable = true, description = "Write float16.")
  boolean fp16;

  @Option(names = "--bf16", negatable = true, description = "Write bfloat16.")
  boolean bf16;

  @Mixin MergeKitOptions mergekit = new MergeKitOptions();

  @Override
  public Integer call() throws InterruptedException {
    check();
    ModelLocations locations =
        new ModelLocations(environment(), console().progress(), mergekit.trustRemoteCode);
    LayerShuffle shuffle = new LayerShuffle(shares(locations), fullRandom, seed());
    Optional<String> dtype = fp16 ? Optional.of("float16") : Optional.of("bfloat16");
    String recipe = shuffle.recipe(fp16 || bf16 ? dtype : Optional.empty());
    if (writeYaml != null) {
      write(writeYaml, recipe);
    }
    if ((printYaml || dryRun) && !json()) {
      console().result(recipe.stripTrailing());
    }
    Optional<MergeSummaryReport> summary =
        dryRun ? Optional.empty() : Optional.of(merge(recipe, shuffle.seed(), locations));
    if (json()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("seed", shuffle.seed());
      result.put("layers", shuffle.picks());
      result.put("recipe", recipe);
      summary.ifPresent(s -> result.put("summary", s.json()));
      console().result(result);
    } else {
      console().note("seed " + shuffle.seed());
      summary.ifPresent(s -> s.lines().forEach(console()::result));
    }
    return 0;
  }

  private void check() {
    if (!weights.isEmpty() && weights.size() != models.size()) {
      throw IngotException.usage(
          "%d models but %d weights; give -w once for each -m, or not at all"
              .formatted(models.size(), weights.size()));
    }
    if (fp16 && bf16) {
      throw IngotException.usage("--fp16 and --bf16 exclude each other");
    }
    if (out == null && !dryRun) {
      throw IngotException.usage("OUT is missing: the folder to write");
    }
  }

  private long seed() {
    return mergekit.randomSeed != null
        ? mergekit.randomSeed
        : ThreadLocalRandom.current().nextInt(0, Integer.MAX_VALUE);
  }

  private List<Share> shares(ModelLocations locations) {
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      String name = models.get(i);
      try (Model model = locations.open(ModelRef.parse(name))) {
        shares.add(
            new Share(
                name, weights.isEmpty() ? 1 : weights.get(i), LayerShuffle.layers(name, model)));
      }
    }
    return shares;
  }

  private MergeSummaryReport merge(String source, long seed, ModelLocations locations)
      throws InterruptedException {
    Recipe recipe =
        Objects.requireNonNull(RecipeReader.readAll("the recipe", source).getFirst().recipe());
    MergeOptions options =
        new MergeOptions(
            false,
            mergekit.allowCrimes,
            seed,
            mergekit.shardBytes(),
            mergekit.copyTokenizer,
            mergekit.writeModelCard,
            false,
            mergekit.threads,
            false);
    try (StopSignal stop = new StopSignal();
        Merger merger = Merger.open(recipe, source, locations, options)) {
      Path folder = Objects.requireNonNull(out);
      MergeLicenses licenses = MergeLicenses.of(locations.found(), environment());
      licenses.obstacles().forEach(console()::warn);
      String title = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
      return MergeSummaryReport.of(
          folder, merger.write(folder, licenses.facts(title), console().progress(), stop));
    }
  }

  private static void write(Path file, String recipe) {
    try {
      Path aside = file.resolveSibling("." + file.getFileName() + ".partial");
      Files.writeString(aside, recipe);
      Files.move(aside, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw IngotException.failed("cannot write " + file + ": " + e.getMessage());
    }
  }
}

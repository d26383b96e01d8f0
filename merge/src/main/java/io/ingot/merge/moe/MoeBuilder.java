package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.merge.Cancellation;
import io.ingot.merge.CompanionFiles;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.ModelResolver;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import io.ingot.model.OutputFolder;
import io.ingot.progress.Progress;
import io.ingot.safetensors.ShardedWriter;
import io.ingot.tensor.MersenneTwister;
import io.ingot.tensor.Parallel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A mixture of experts from a recipe to a model folder. Opening it opens the models and makes the
 * plan, from headers alone; {@link #write} runs the base where the routers need it and streams the
 * weights. Not thread-safe.
 */
public final class MoeBuilder implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<ModelRef, Model> models;
  private final MoePlan plan;
  private final MergeOptions options;
  private final String source;

  private MoeBuilder(
      Map<ModelRef, Model> models, MoePlan plan, MergeOptions options, String source) {
    this.models = models;
    this.plan = plan;
    this.options = options;
    this.source = source;
  }

  /**
   * Opens the models and plans.
   *
   * @param source the recipe as the user wrote it, kept beside the result
   * @throws IngotException naming everything that is wrong with the mixture
   */
  public static MoeBuilder open(
      MoeRecipe recipe, String source, ModelResolver resolver, MergeOptions options) {
    Map<ModelRef, Model> models = new LinkedHashMap<>();
    try {
      for (ModelRef reference : recipe.references()) {
        models.put(reference, resolver.open(reference));
      }
      return new MoeBuilder(
          models, new MoePlanner(recipe, options, models).plan(), options, source);
    } catch (RuntimeException e) {
      models.values().forEach(Model::close);
      throw e;
    }
  }

  /** What the mixture would be, for people. */
  public MoeReport report() {
    return MoeReport.of(plan, options);
  }

  /** Writes the model folder, which appears when it is complete. */
  public MoeSummary write(
      Path target,
      TokenEncoder encoder,
      HiddenStates states,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    OutputFolder folder = OutputFolder.prepare(target, options.resume());
    try {
      MoeSummary summary =
          fill(
              folder.work(),
              String.valueOf(target.toAbsolutePath().getFileName()),
              encoder,
              states,
              progress,
              cancellation);
      folder.publish();
      return summary;
    } catch (RuntimeException | Error | InterruptedException e) {
      if (folder.abandon()) {
        progress.note("finished shards are kept in " + folder.work() + "; --resume goes on there");
      }
      throw e;
    }
  }

  private MoeSummary fill(
      Path folder,
      String title,
      TokenEncoder encoder,
      HiddenStates states,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    long begin = System.nanoTime();
    List<String> warnings = new ArrayList<>(plan.warnings());
    warnings.forEach(w -> progress.note("warning: " + w));
    MersenneTwister random = new MersenneTwister(options.seed());
    Model base = models.values().iterator().next();
    float[][][] routers =
        new Routers(plan.recipe(), plan.shape()).make(base, encoder, states, random);
    Optional<String> alike = Separation.warning(routers);
    alike.ifPresent(w -> progress.note("warning: " + w));
    alike.ifPresent(warnings::add);
    int threads = options.threads();
    try (ShardedWriter writer =
            new ShardedWriter(
                folder,
                plan.tensors().stream().map(MoeTensor::output).toList(),
                options.shardBytes(),
                Map.of("mergekit_version", "0.1.4"));
        Parallel parallel = threads > 0 ? new Parallel(threads) : Parallel.ofProcessors()) {
      Set<String> complete = options.resume() ? writer.resume() : Set.of();
      progress.begin("moe", plan.bytes(), Progress.Unit.BYTES);
      new ExpertStream(writer, parallel, random, routers, progress)
          .run(plan.tensors(), complete, cancellation);
      writer.finish();
      writeCompanions(folder, title, base);
      return new MoeSummary(
          plan.family().name(),
          plan.shape().experts(),
          plan.tensors().size(),
          plan.parameters(),
          plan.activeParameters(),
          plan.bytes(),
          List.copyOf(writer.files().keySet()),
          plan.leftOut(),
          warnings,
          (System.nanoTime() - begin) / 1e9);
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + folder + ": " + e.getMessage());
    }
  }

  private void writeCompanions(Path folder, String title, Model base) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(plan.config()) + "\n");
    Optional<Path> donor = base.folder();
    if (options.copyTokenizer() && donor.isPresent()) {
      CompanionFiles.copy(donor.get(), List.of(), false, folder);
    }
    if (options.writeCard()) {
      Files.writeString(folder.resolve("mergekit_moe_config.yml"), source);
      Files.writeString(folder.resolve("README.md"), MoeCard.text(plan, title, source));
    }
  }

  @Override
  public void close() {
    models.values().forEach(Model::close);
  }
}

package io.ingot.merge.moe;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.merge.CompanionFiles;
import io.ingot.merge.MemoryWatch;
import io.ingot.merge.MergeDigest;
import io.ingot.merge.MergeFacts;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.MergeSummary;
import io.ingot.merge.ModelResolver;
import io.ingot.merge.TargetCheck;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import io.ingot.model.OutputFolder;
import io.ingot.model.OutputRecord;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.safetensors.ShardedWriter;
import io.ingot.tensor.FileStamp;
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

  /**
   * What the mixture would be when it is written to a folder, which is looked at as well.
   *
   * @throws IngotException as {@link #write}
   */
  public MoeReport report(Path target) {
    TargetCheck.require(target, models, plan.bytes());
    return report();
  }

  /**
   * Writes the model folder, which appears when it is complete, and hashes its weights.
   *
   * @param facts what the card tells about licenses
   * @throws IngotException CONFLICT when the folder is taken or belongs to an input; FAILED when it
   *     does not fit, cannot be written, or an input changed
   */
  public MergeSummary write(
      Path target,
      MergeFacts facts,
      TokenEncoder encoder,
      HiddenStates states,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    TargetCheck.require(target, models, plan.bytes());
    String digest = MergeDigest.of(source, options, models);
    boolean[] resume = {false};
    OutputFolder folder =
        OutputFolder.prepare(
            target,
            work ->
                resume[0] =
                    options.resume()
                        && OutputRecord.begun(work).filter(digest::equals).isPresent());
    try {
      OutputRecord.begin(folder.work(), digest);
      Path name = target.toAbsolutePath().normalize().getFileName();
      MergeSummary summary =
          fill(
              folder.work(),
              String.valueOf(name),
              facts,
              resume[0],
              routers(encoder, states, cancellation),
              progress,
              cancellation);
      OutputRecord.remove(folder.work());
      folder.publish();
      return summary;
    } catch (RuntimeException | Error | InterruptedException e) {
      boolean changed =
          models.values().stream().anyMatch(m -> FileStamp.anyChanged(m.weights().files()));
      if (changed) {
        folder.discard();
      } else if (folder.abandon()) {
        progress.note("finished shards are kept in " + folder.work() + "; --resume goes on there");
      }
      throw e;
    }
  }

  /** The rows of the routers and the generator behind them. */
  private record Gates(float[][][] rows, MersenneTwister random) {}

  private Gates routers(TokenEncoder encoder, HiddenStates states, Cancellation cancellation)
      throws InterruptedException {
    MersenneTwister random = new MersenneTwister(options.seed());
    Routers routers = new Routers(plan.recipe(), plan.shape());
    return new Gates(routers.make(base(), encoder, states, random, cancellation), random);
  }

  private Model base() {
    return models.values().iterator().next();
  }

  private MergeSummary fill(
      Path folder,
      String title,
      MergeFacts facts,
      boolean resume,
      Gates gates,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    long begin = System.nanoTime();
    List<String> warnings = new ArrayList<>(plan.warnings());
    Separation.warning(gates.rows()).ifPresent(warnings::add);
    warnings.forEach(w -> progress.note("warning: " + w));
    int threads = options.threads();
    try (ShardedWriter writer =
            new ShardedWriter(
                folder,
                plan.tensors().stream().map(MoeTensor::output).toList(),
                options.shardBytes(),
                Map.of("mergekit_version", "0.1.4"));
        Parallel parallel = threads > 0 ? new Parallel(threads) : Parallel.ofProcessors()) {
      writer.hash();
      Set<String> complete = resume ? writer.resume() : Set.of();
      MemoryWatch watch = new MemoryWatch();
      progress.begin("moe", plan.bytes(), Progress.Unit.BYTES);
      try {
        new ExpertStream(
                writer,
                parallel,
                gates.random(),
                gates.rows(),
                progress,
                watch,
                warning -> {
                  warnings.add(warning);
                  progress.note("warning: " + warning);
                })
            .run(plan.tensors(), complete, cancellation);
      } catch (IngotException | Error e) {
        // A file that was cut off shows as a fault of memory, or as a failed write.
        requireUnchanged();
        throw e;
      } finally {
        progress.end();
      }
      writer.finish();
      long written = System.nanoTime();
      Map<String, String> hashes = writer.hashes();
      double hashSeconds = (System.nanoTime() - written) / 1e9;
      requireUnchanged();
      writeCompanions(folder, title, facts, hashes);
      return new MergeSummary(
          plan.tensors().size(),
          plan.parameters(),
          plan.bytes(),
          plan.readBytes(complete),
          plan.bytes(complete),
          List.copyOf(writer.files().keySet()),
          hashes,
          plan.leftOut(),
          warnings,
          (System.nanoTime() - begin) / 1e9,
          hashSeconds,
          watch.peak());
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + folder + ": " + e.getMessage());
    }
  }

  private void requireUnchanged() {
    models.values().forEach(m -> FileStamp.requireUnchanged(m.weights().files()));
  }

  private void writeCompanions(
      Path folder, String title, MergeFacts facts, Map<String, String> hashes) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(plan.config()) + "\n");
    Optional<Path> donor = base().folder();
    if (options.copyTokenizer() && donor.isPresent()) {
      CompanionFiles.copy(donor.get(), List.of(), false, folder);
    }
    if (options.writeCard()) {
      Files.writeString(folder.resolve("mergekit_moe_config.yml"), source);
      Files.writeString(
          folder.resolve("README.md"),
          MoeCard.text(plan, title, source, options.seed(), facts, hashes));
      for (Map.Entry<String, String> document : facts.documents().entrySet()) {
        Path file = folder.resolve(document.getKey());
        Files.createDirectories(file.getParent());
        Files.writeString(file, document.getValue());
      }
    }
  }

  @Override
  public void close() {
    models.values().forEach(Model::close);
  }
}

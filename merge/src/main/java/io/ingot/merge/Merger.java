package io.ingot.merge;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.model.Model;
import io.ingot.model.OutputFolder;
import io.ingot.model.OutputRecord;
import io.ingot.progress.Progress;
import io.ingot.safetensors.ShardedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A merge from a recipe to a model folder. Opening it opens the models and makes the plan, from
 * headers alone; {@link #write} streams the weights. Not thread-safe.
 */
public final class Merger implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<ModelRef, Participant> participants;
  private final MergePlan plan;
  private final String source;
  private final MergedTokenizer tokenizer;

  private Merger(
      Map<ModelRef, Participant> participants,
      MergePlan plan,
      String source,
      MergedTokenizer tokenizer) {
    this.participants = participants;
    this.plan = plan;
    this.source = source;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens the models and plans.
   *
   * @param source the recipe as the user wrote it, kept beside the result
   * @throws IngotException naming everything that is wrong with the merge
   */
  public static Merger open(
      Recipe recipe, String source, ModelResolver resolver, MergeOptions options) {
    Map<ModelRef, Participant> participants = new LinkedHashMap<>();
    try {
      for (ModelRef reference : recipe.allReferences()) {
        Model model = resolver.open(reference);
        participants.put(reference, Participant.of(reference, model));
      }
      MergedTokenizer tokenizer = MergedTokenizer.of(recipe, participants);
      MergePlan plan = new MergePlanner(recipe, options, participants, tokenizer.rows()).plan();
      return new Merger(participants, plan, source, tokenizer);
    } catch (RuntimeException e) {
      participants.values().forEach(p -> p.model().close());
      throw e;
    }
  }

  /** What the merge would do, for people. */
  public MergeReport report() {
    return MergeReport.of(plan);
  }

  /** Writes the model folder, which appears when it is complete. */
  public MergeSummary write(Path target, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    return write(target, false, progress, cancellation);
  }

  /**
   * Writes the model folder.
   *
   * @param recorded whether it keeps its {@link OutputRecord}
   */
  MergeSummary write(Path target, boolean recorded, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    String digest = digest();
    OutputFolder folder = OutputFolder.prepare(target, work -> resumes(work, digest, progress));
    try {
      OutputRecord.begin(folder.work(), digest);
      MergeSummary summary =
          fill(
              folder.work(),
              target.toAbsolutePath().getFileName().toString(),
              progress,
              cancellation);
      if (recorded) {
        OutputRecord.complete(folder.work(), digest);
      } else {
        OutputRecord.remove(folder.work());
      }
      folder.publish();
      return summary;
    } catch (RuntimeException | Error | InterruptedException e) {
      if (folder.abandon()) {
        progress.note("finished shards are kept in " + folder.work() + "; --resume goes on there");
      }
      throw e;
    }
  }

  private boolean resumes(Path work, String digest, Progress progress) {
    if (!plan.options().resume()) {
      return false;
    }
    boolean same = OutputRecord.begun(work).filter(digest::equals).isPresent();
    if (!same) {
      progress.note("what lies in " + work + " is of another merge; it is not taken up");
    }
    return same;
  }

  /** Of everything that decides what is written. */
  String digest() {
    return MergeDigest.of(source, plan.options(), participants.values());
  }

  /** The model that this merge would write, as far as it can be known before. */
  Model planned(Path scratch) {
    try {
      Files.createDirectories(scratch);
      writeCompanions(scratch, scratch.getFileName().toString());
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + scratch + ": " + e.getMessage());
    }
    return new PlannedModel(
        plan.config(),
        plan.tensors().stream().map(PlannedTensor::output).toList(),
        scratch,
        digest());
  }

  /** Writes into a folder that the caller looks after. */
  public MergeSummary fill(Path folder, String title, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    long begin = System.nanoTime();
    plan.warnings().stream().distinct().forEach(w -> progress.note("warning: " + w));
    try (ShardedWriter writer =
        new ShardedWriter(
            folder,
            plan.tensors().stream().map(PlannedTensor::output).toList(),
            plan.options().shardBytes(),
            Map.of("mergekit_version", "0.1.4"))) {
      Set<String> complete = plan.options().resume() ? writer.resume() : Set.of();
      new WeightStream(plan, writer, complete, progress, text -> progress.note("warning: " + text))
          .run(cancellation::check);
      writer.finish();
      writeCompanions(folder, title);
      return new MergeSummary(
          plan.tensors().size(),
          plan.parameters(),
          plan.bytes(),
          List.copyOf(writer.files().keySet()),
          plan.leftovers(),
          plan.warnings().stream().distinct().toList(),
          (System.nanoTime() - begin) / 1e9);
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + folder + ": " + e.getMessage());
    }
  }

  private void writeCompanions(Path folder, String title) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(plan.config()) + "\n");
    tokenizer.write(plan.donor(), folder);
    if (plan.options().copyTokenizer()) {
      CompanionFiles.copy(plan, folder);
    }
    if (plan.options().writeCard()) {
      Files.writeString(folder.resolve("mergekit_config.yml"), source);
      Files.writeString(folder.resolve("README.md"), MergeCard.text(plan, title, source));
    }
  }

  @Override
  public void close() {
    participants.values().forEach(p -> p.model().close());
  }
}

package io.ingot.merge;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.model.Model;
import io.ingot.model.OutputFolder;
import io.ingot.model.OutputRecord;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import io.ingot.safetensors.ShardedWriter;
import io.ingot.tensor.FileStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A merge from a recipe to a model folder. Opening it opens the models and makes the plan, from
 * headers alone; {@link #write} streams the weights. Not thread-safe.
 */
public final class Merger implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Recipe recipe;
  private final String source;
  private final Preflight preflight;
  private boolean hash = true;

  private Merger(Recipe recipe, String source, Preflight preflight) {
    this.recipe = recipe;
    this.source = source;
    this.preflight = preflight;
  }

  /**
   * Opens the models and plans.
   *
   * @param source the recipe as the user wrote it, kept beside the result
   * @throws IngotException naming everything that is wrong with the merge
   */
  public static Merger open(
      Recipe recipe, String source, ModelResolver resolver, MergeOptions options) {
    return inspect(recipe, source, resolver, options).requirePossible();
  }

  /**
   * Opens what can be opened and plans what can be planned; {@link #report} tells what is wrong.
   * Only a merge whose report is possible can be written.
   */
  public static Merger inspect(
      Recipe recipe, String source, ModelResolver resolver, MergeOptions options) {
    return new Merger(recipe, source, Preflight.of(recipe, resolver, options));
  }

  /**
   * As {@link #inspect}, for tensors without an architecture.
   *
   * @param locate finds the file or folder of a model
   * @param names which tensors are merged
   */
  public static Merger inspectRaw(
      Recipe recipe,
      String source,
      Function<ModelRef, Path> locate,
      MergeOptions options,
      TensorNames names) {
    return new Merger(recipe, source, RawPlanner.preflight(recipe, locate, options, names));
  }

  /** Ends with what is wrong, if anything is. */
  public Merger requirePossible() {
    try {
      preflight.findings().throwIfFailed();
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Whether {@link #write} hashes the weights; it does unless told otherwise. */
  public void hash(boolean wanted) {
    hash = wanted;
  }

  /** What the merge would do, for people. */
  public MergeReport report() {
    return MergeReport.of(recipe, preflight, Optional.empty());
  }

  /** What the merge would do when it is written to a folder, which is looked at as well. */
  public MergeReport report(Path target) {
    if (isFile(target)) {
      if (Files.exists(target)) {
        preflight.findings().error("", "", taken(target));
      }
      checkTarget(besides(target), preflight.findings());
    } else {
      checkTarget(target, preflight.findings());
    }
    return MergeReport.of(recipe, preflight, Optional.of(target));
  }

  /** Tensors without an architecture may become one file. */
  private boolean isFile(Path target) {
    MergePlan plan = preflight.plan();
    return plan != null && plan.config().isEmpty() && target.toString().endsWith(".safetensors");
  }

  private static IngotException taken(Path file) {
    return IngotException.conflict(file + " exists; delete it or name another file");
  }

  /** The hidden folder in which one file is made. */
  private static Path besides(Path file) {
    Path absolute = file.toAbsolutePath().normalize();
    return absolute.resolveSibling("." + absolute.getFileName() + ".ingot-file");
  }

  private void checkTarget(Path target, Findings findings) {
    MergePlan plan = preflight.plan();
    long needed =
        plan == null
            ? 0
            : MergeReport.files(plan).stream().mapToLong(MergeReport.OutputFile::bytes).sum();
    new TargetCheck(target, findings).check(preflight.participants().values(), needed);
  }

  private MergePlan plan() {
    MergePlan plan = preflight.plan();
    if (plan == null) {
      throw new IllegalStateException("this merge is not possible");
    }
    return plan;
  }

  /** {@link #write(Path, MergeFacts, Progress, Cancellation)} with a card that knows no license. */
  public MergeSummary write(Path target, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    return write(target, MergeFacts.NONE, progress, cancellation);
  }

  /**
   * Writes the model folder, which appears when it is complete, and hashes its weights. Of tensors
   * without an architecture, a target that ends with {@code .safetensors} becomes one file; the
   * options must not ask for shards then.
   *
   * @throws IngotException CONFLICT when the folder is taken or belongs to an input; FAILED when it
   *     does not fit, cannot be written, or an input changed
   */
  public MergeSummary write(
      Path target, MergeFacts facts, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    return isFile(target)
        ? writeFile(target, progress, cancellation)
        : write(target, facts, false, progress, cancellation);
  }

  /**
   * Writes the model folder.
   *
   * @param recorded whether it keeps its {@link OutputRecord}
   */
  MergeSummary write(
      Path target, MergeFacts facts, boolean recorded, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    Findings findings = new Findings();
    checkTarget(target, findings);
    findings.throwIfFailed();
    String digest = digest();
    boolean[] resume = {false};
    OutputFolder folder =
        OutputFolder.prepare(target, work -> resume[0] = resumes(work, digest, progress));
    try {
      OutputRecord.begin(folder.work(), digest);
      Path name = target.toAbsolutePath().normalize().getFileName();
      MergeSummary summary =
          fill(folder.work(), String.valueOf(name), facts, resume[0], hash, progress, cancellation);
      if (recorded) {
        OutputRecord.complete(folder.work(), digest);
      } else {
        OutputRecord.remove(folder.work());
      }
      folder.publish();
      return summary;
    } catch (RuntimeException | Error | InterruptedException e) {
      boolean changed =
          plan().participants().stream().anyMatch(p -> FileStamp.anyChanged(p.weights().files()));
      if (changed) {
        folder.discard();
      } else if (folder.abandon()) {
        progress.note("finished shards are kept in " + folder.work() + "; --resume goes on there");
      }
      throw e;
    }
  }

  private MergeSummary writeFile(Path file, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    if (Files.exists(file)) {
      throw taken(file);
    }
    Path folder = besides(file);
    try {
      MergeSummary summary = write(folder, MergeFacts.NONE, false, progress, cancellation);
      Files.move(
          folder.resolve(plan().naming().stem() + ".safetensors"),
          file,
          StandardCopyOption.ATOMIC_MOVE);
      OutputFolder.delete(folder);
      return summary.of(file);
    } catch (IOException e) {
      throw IngotException.failed("cannot move the result to " + file + ": " + e.getMessage());
    }
  }

  private boolean resumes(Path work, String digest, Progress progress) {
    if (!plan().options().resume()) {
      return false;
    }
    boolean same = OutputRecord.begun(work).filter(digest::equals).isPresent();
    if (!same) {
      progress.note(
          "what lies in %s has another recipe, other options or inputs that changed since; it begins anew"
              .formatted(work));
    }
    return same;
  }

  /** Of everything that decides what is written. */
  String digest() {
    return MergeDigest.of(source, plan().options(), preflight.participants().values());
  }

  /**
   * The model that this merge would write, as far as it can be known before.
   *
   * @param scratch folder to be made, for its small files; it must stay as long as the model
   */
  public Model planned(Path scratch) {
    MergePlan plan = plan();
    try {
      Files.createDirectories(scratch);
      writeCompanions(
          plan, scratch, String.valueOf(scratch.getFileName()), MergeFacts.NONE, Map.of());
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + scratch + ": " + e.getMessage());
    }
    return new PlannedModel(
        plan.config(),
        plan.tensors().stream().map(PlannedTensor::output).toList(),
        scratch,
        digest());
  }

  /** Writes into an empty folder that the caller looks after. */
  public MergeSummary fill(Path folder, String title, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    return fill(folder, title, MergeFacts.NONE, false, false, progress, cancellation);
  }

  private MergeSummary fill(
      Path folder,
      String title,
      MergeFacts facts,
      boolean resume,
      boolean hash,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    long begin = System.nanoTime();
    List<String> warnings = new ArrayList<>(preflight.findings().warnings());
    warnings.forEach(w -> progress.note("warning: " + w));
    MergePlan plan = plan();
    try (ShardedWriter writer =
        new ShardedWriter(
            folder,
            plan.tensors().stream().map(PlannedTensor::output).toList(),
            plan.options().shardBytes(),
            Map.of("mergekit_version", "0.1.4"),
            plan.naming())) {
      if (hash) {
        writer.hash();
      }
      Set<String> complete = resume ? writer.resume() : Set.of();
      if (!complete.isEmpty()) {
        progress.note(
            "%d of %d tensors are there already".formatted(complete.size(), plan.tensors().size()));
      }
      MemoryWatch watch = new MemoryWatch();
      warnings.addAll(stream(plan, writer, complete, progress, cancellation, watch));
      writer.finish();
      long written = System.nanoTime();
      Map<String, String> hashes = hash ? writer.hashes() : Map.of();
      double hashSeconds = (System.nanoTime() - written) / 1e9;
      requireUnchanged(plan);
      writeCompanions(plan, folder, title, facts, hashes);
      return new MergeSummary(
          plan.tensors().size(),
          plan.parameters(),
          plan.bytes(),
          plan.readBytes(complete),
          plan.bytes(complete),
          List.copyOf(writer.files().keySet()),
          hashes,
          plan.leftovers(),
          List.copyOf(warnings),
          (System.nanoTime() - begin) / 1e9,
          hashSeconds,
          watch.peak());
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + folder + ": " + e.getMessage());
    }
  }

  private static List<String> stream(
      MergePlan plan,
      ShardedWriter writer,
      Set<String> complete,
      Progress progress,
      Cancellation cancellation,
      MemoryWatch watch)
      throws InterruptedException {
    try {
      return new WeightStream(
              plan, writer, complete, progress, text -> progress.note("warning: " + text), watch)
          .run(cancellation::check);
    } catch (IngotException | Error e) {
      // A file that was cut off shows as a fault of memory, or as a failed write.
      requireUnchanged(plan);
      throw e;
    } finally {
      progress.end();
    }
  }

  private static void requireUnchanged(MergePlan plan) {
    plan.participants().forEach(p -> FileStamp.requireUnchanged(p.weights().files()));
  }

  private void writeCompanions(
      MergePlan plan, Path folder, String title, MergeFacts facts, Map<String, String> hashes)
      throws IOException {
    if (plan.config().isEmpty()) {
      RawFiles.write(plan, source, folder);
      return;
    }
    Files.writeString(
        folder.resolve("config.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(plan.config()) + "\n");
    @Nullable MergedTokenizer tokenizer = preflight.tokenizer();
    if (tokenizer != null) {
      tokenizer.write(plan.donor(), folder);
    }
    if (plan.options().copyTokenizer()) {
      CompanionFiles.copy(plan, folder);
    }
    if (plan.options().writeCard()) {
      Files.writeString(folder.resolve("mergekit_config.yml"), source);
      Files.writeString(
          folder.resolve("README.md"), MergeCard.text(plan, title, source, facts, hashes));
      for (Map.Entry<String, String> document : facts.documents().entrySet()) {
        Path file = folder.resolve(document.getKey());
        Files.createDirectories(file.getParent());
        Files.writeString(file, document.getValue());
      }
    }
  }

  @Override
  public void close() {
    preflight.close();
  }
}

package io.ingot.merge;

import io.ingot.adapter.AdaptedModel;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.merge.Finding.Severity;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.RecipeDocument;
import io.ingot.model.FolderLock;
import io.ingot.model.Model;
import io.ingot.model.OutputFolder;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Merges of which some read what others make, as in mergekit-multi. Every document is planned
 * before the first byte of any is written. Used by one thread.
 */
public final class MergeChain {
  private static final int SHOWN = 20;

  private final List<RecipeDocument> documents;
  private final Inputs inputs;
  private final MergeOptions options;
  private final NamedResults results;
  private boolean hash = true;

  /** What documents read that no document makes. */
  public interface Inputs {
    /** Opens the models of a document. */
    ModelResolver models(RecipeDocument document);

    /** Finds the folder of an adapter. */
    Path adapter(RecipeDocument document, ModelRef reference);

    /** What the card of a document's result tells; asked when all documents are planned. */
    MergeFacts facts(RecipeDocument document, String title);
  }

  /**
   * @param documents each behind those whose results it reads
   */
  public MergeChain(
      List<RecipeDocument> documents, Inputs inputs, MergeOptions options, NamedResults results) {
    this.documents = documents;
    this.inputs = inputs;
    this.options = options;
    this.results = results;
  }

  /**
   * What a document would do.
   *
   * @param kept whether its result is there already
   * @param report empty when a document that it reads cannot be made
   */
  public record Planned(RecipeDocument document, boolean kept, Optional<MergeReport> report) {}

  /**
   * What a document has done.
   *
   * @param summary empty when its result was there already
   */
  public record Made(Optional<String> name, Path folder, Optional<MergeSummary> summary) {}

  /** Whether weights are hashed while they are written; they are unless told otherwise. */
  public void hash(boolean wanted) {
    hash = wanted;
  }

  /**
   * Plans all documents, those that read results which do not exist yet included. What is wrong
   * stands in the reports.
   *
   * @param out where the document without a name is to go; null when that is not known
   */
  public List<Planned> plan(@Nullable Path out) {
    Path scratch = scratch();
    try {
      Map<String, Model> made = new HashMap<>();
      List<Planned> planned = new ArrayList<>();
      for (RecipeDocument document : documents) {
        planned.add(
            made.keySet().containsAll(document.uses())
                ? plan(document, out, made, scratch)
                : new Planned(document, false, Optional.empty()));
      }
      return planned;
    } finally {
      deleteQuietly(scratch);
    }
  }

  private Planned plan(
      RecipeDocument document, @Nullable Path out, Map<String, Model> made, Path scratch) {
    try (Merger merger = inspect(document, reference -> planned(document, reference, made))) {
      Optional<String> name = document.name();
      boolean placed = out != null || name.isPresent() && !results.temporary();
      MergeReport report = placed ? merger.report(folder(document, out)) : merger.report();
      if (!report.possible()) {
        return new Planned(document, false, Optional.of(report));
      }
      name.ifPresent(n -> made.put(n, merger.planned(scratch.resolve(n))));
      boolean kept = name.isPresent() && results.holds(name.get(), merger.digest());
      return new Planned(document, kept, Optional.of(report));
    }
  }

  /** Everything that is wrong with any document, as one failure. */
  private static void requirePossible(List<Planned> planned) {
    List<String> lines = new ArrayList<>();
    Set<ErrorKind> kinds = EnumSet.noneOf(ErrorKind.class);
    for (Planned one : planned) {
      one.report()
          .ifPresent(
              report -> {
                String prefix = one.document().name().map(n -> n + ": ").orElse("");
                report.lines(Severity.ERROR).forEach(line -> lines.add(prefix + line));
                report.findings().stream()
                    .filter(f -> f.severity() == Severity.ERROR)
                    .forEach(f -> kinds.add(f.kind()));
              });
    }
    if (!lines.isEmpty()) {
      int more = lines.size() - SHOWN;
      throw new IngotException(
          kinds.size() == 1 ? kinds.iterator().next() : ErrorKind.INVALID,
          String.join("\n  ", lines.subList(0, Math.min(SHOWN, lines.size())))
              + (more > 0 ? "\n  and " + more + " more; --plan shows all" : ""));
    }
  }

  /**
   * Makes all documents.
   *
   * @param out where the document without a name goes; null when there is none
   * @throws IngotException CONFLICT when another process makes the same; everything that is wrong
   */
  public List<Made> write(@Nullable Path out, Progress progress, Cancellation cancellation)
      throws InterruptedException {
    for (RecipeDocument document : documents) {
      if (out != null && document.name().isPresent()) {
        results.requireApart(document.name().get(), out);
      }
    }
    requirePossible(plan(out));
    List<MergeFacts> facts = documents.stream().map(d -> facts(d, out)).toList();
    FolderLock lock = results.begin(options.resume());
    boolean done = false;
    try {
      List<Made> made = new ArrayList<>();
      for (int i = 0; i < documents.size(); i++) {
        made.add(write(documents.get(i), facts.get(i), out, progress, cancellation));
      }
      done = true;
      return made;
    } finally {
      results.end(done, progress);
      lock.close();
    }
  }

  private Path folder(RecipeDocument document, @Nullable Path out) {
    Path folder = document.name().map(results::folder).orElse(out);
    if (folder == null) {
      throw new IllegalArgumentException("there is no place for the document without a name");
    }
    return folder;
  }

  private MergeFacts facts(RecipeDocument document, @Nullable Path out) {
    Path folder = folder(document, out).toAbsolutePath().normalize();
    return inputs.facts(document, String.valueOf(folder.getFileName()));
  }

  private Made write(
      RecipeDocument document,
      MergeFacts facts,
      @Nullable Path out,
      Progress progress,
      Cancellation cancellation)
      throws InterruptedException {
    Optional<String> name = document.name();
    Path folder = folder(document, out);
    try (Merger merger =
        inspect(document, reference -> written(document, reference)).requirePossible()) {
      merger.hash(hash);
      if (name.isPresent() && results.holds(name.get(), merger.digest())) {
        progress.note(name.get() + ": is there already, in " + folder);
        return new Made(name, folder, Optional.empty());
      }
      name.ifPresent(n -> progress.note(n + ":"));
      return new Made(
          name,
          folder,
          Optional.of(merger.write(folder, facts, name.isPresent(), progress, cancellation)));
    } catch (IngotException e) {
      throw named(document, e);
    }
  }

  private Merger inspect(RecipeDocument document, ModelResolver resolver) {
    ModelResolver models = inputs.models(document);
    return Merger.inspect(
        document.recipe(),
        document.source(),
        reference ->
            reference.revision().isEmpty() && document.uses().contains(reference.path())
                ? resolver.open(reference)
                : models.open(reference),
        options);
  }

  /** The same failure with the name of the document in front. */
  private static IngotException named(RecipeDocument document, IngotException e) {
    return document.name().isEmpty()
        ? e
        : new IngotException(e.kind(), document.name().get() + ": " + e.getMessage(), e);
  }

  private Model planned(RecipeDocument document, ModelRef reference, Map<String, Model> made) {
    Model model = java.util.Objects.requireNonNull(made.get(reference.path()));
    return reference.lora().isPresent()
        ? AdaptedModel.open(model, inputs.adapter(document, reference.lora().get()))
        : model;
  }

  private Model written(RecipeDocument document, ModelRef reference) {
    Path folder = results.folder(reference.path()).toAbsolutePath();
    return inputs
        .models(document)
        .open(
            new ModelRef(folder.toString(), Optional.empty(), reference.lora(), Optional.empty()));
  }

  private static Path scratch() {
    try {
      return Files.createTempDirectory("ingot-plan-");
    } catch (IOException e) {
      throw IngotException.failed("cannot make a temporary folder: " + e.getMessage());
    }
  }

  private static void deleteQuietly(Path folder) {
    try {
      OutputFolder.delete(folder);
    } catch (IOException e) {
      // A few small files stay in the system's temporary folder.
    }
  }
}

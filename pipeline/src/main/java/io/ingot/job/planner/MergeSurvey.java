package io.ingot.job.planner;

import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.hub.RepoFile;
import io.ingot.hub.RepoInfo;
import io.ingot.job.JobSpec;
import io.ingot.job.StepKind;
import io.ingot.job.StepSpec;
import io.ingot.merge.Finding.Severity;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.MergeReport;
import io.ingot.merge.Merger;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe;
import io.ingot.merge.recipe.RecipeReader;
import io.ingot.model.Model;
import io.ingot.model.ModelFolder;
import io.ingot.model.OutputFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a merge step will do, from the headers of the models that its inputs go back to: an adapter
 * that is not trained yet has the shapes of its base, a merge that is not made yet those that it
 * will write. Models that would have to be downloaded for it are left for later.
 *
 * @param step name of the step
 * @param report empty when the headers are not here
 * @param note why there is no report
 */
public record MergeSurvey(String step, Optional<MergeReport> report, String note) {
  private static final int ERRORS_SHOWN = 40;

  /** Weights that are fetched only to look at their headers. */
  private static final long SMALL = 32 << 20;

  /** Says that a model is not here. */
  private static final class NotHere extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotHere(String message) {
      super(message);
    }
  }

  /** Surveys of all merge steps of a plan, members of a matrix included. */
  public static List<MergeSurvey> of(Plan plan, Hub hub) {
    List<MergeSurvey> surveys = new ArrayList<>();
    for (StepSpec step : plan.job().steps().values()) {
      if (step.kind() == StepKind.MERGE) {
        surveys.add(of(plan, hub, step));
      }
    }
    return surveys;
  }

  /** Whether the merge is known to be impossible. */
  boolean failed() {
    return report.filter(r -> !r.possible()).isPresent();
  }

  private static MergeSurvey of(Plan plan, Hub hub, StepSpec step) {
    Path scratch = scratch();
    try (Merger merger = new Opener(plan, hub, scratch).inspect(step)) {
      return new MergeSurvey(step.name(), Optional.of(merger.report()), "");
    } catch (NotHere e) {
      return new MergeSurvey(step.name(), Optional.empty(), String.valueOf(e.getMessage()));
    } finally {
      deleteQuietly(scratch);
    }
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

  /**
   * Throws when a merge cannot work.
   *
   * @throws IngotException INVALID with everything that is wrong
   */
  public static void requirePossible(List<MergeSurvey> surveys) {
    List<String> lines = new ArrayList<>();
    for (MergeSurvey survey : surveys) {
      survey
          .report()
          .ifPresent(
              r ->
                  r.lines(Severity.ERROR)
                      .forEach(line -> lines.add("  " + survey.step() + ": " + line)));
    }
    if (!lines.isEmpty()) {
      int more = lines.size() - ERRORS_SHOWN;
      throw IngotException.invalid(
          "these merges cannot be made:\n"
              + String.join("\n", lines.subList(0, Math.min(ERRORS_SHOWN, lines.size())))
              + (more > 0 ? "\n  and " + more + " more; plan shows all" : ""));
    }
  }

  /** Opens what stands for the inputs of merges. */
  private record Opener(Plan plan, Hub hub, Path scratch) {
    Merger inspect(StepSpec step) {
      String text = step.body().toString();
      Recipe recipe = RecipeReader.readAll("steps." + step.name(), text).getFirst().recipe();
      if (recipe == null) {
        throw new NotHere("the recipe cannot be read");
      }
      return Merger.inspect(recipe, text, this::open, MergeOptions.defaults());
    }

    private Model open(ModelRef reference) {
      String base = reference.withoutLora().toString();
      String whole = base + reference.lora().map(l -> "+" + l).orElse("");
      return named(known(whole) ? whole : known(base) ? base : reference.path());
    }

    private boolean known(String name) {
      return plan.job().models().containsKey(name)
          || plan.job().steps().containsKey(name)
          || plan.models().containsKey(name);
    }

    private Model named(String name) {
      JobSpec job = plan.job();
      StepSpec step = job.steps().get(name);
      if (step == null) {
        return pinned(MergeSource.own(job, name));
      }
      return switch (step.kind()) {
        case FINETUNE -> named(step.body().get("model").asText());
        case MERGE -> made(step);
        default -> throw new NotHere("the output of '" + name + "' is not known before it is made");
      };
    }

    private Model made(StepSpec step) {
      try (Merger merger = inspect(step)) {
        if (!merger.report().possible()) {
          throw new NotHere("'" + step.name() + "' cannot be made");
        }
        return merger.planned(scratch.resolve(step.name()));
      }
    }

    private Model pinned(String name) {
      PinnedModel model = plan.models().get(name);
      if (model == null) {
        throw new NotHere("'" + name + "' is not known");
      }
      if (model.base().isPresent()) {
        return named(model.base().get());
      }
      return model
          .folder()
          .map(ModelFolder::open)
          .orElseGet(() -> ModelFolder.open(snapshot(model)));
    }

    /** The folder of a repository whose weights are here, or small. */
    private Path snapshot(PinnedModel model) {
      RepoInfo info = model.repo().orElseThrow();
      long missing = 0;
      List<RepoFile> wanted =
          info.files().stream()
              .filter(f -> !f.path().contains("/"))
              .filter(f -> f.path().endsWith(".json") || f.path().endsWith(".safetensors"))
              .toList();
      for (RepoFile file : wanted) {
        missing += hub.cached(info, file.path()).isPresent() ? 0 : file.size();
      }
      if (missing > SMALL) {
        throw new NotHere(
            "'%s' is not downloaded yet: its headers are looked at when it is"
                .formatted(model.name()));
      }
      Path folder = scratch;
      for (RepoFile file : wanted) {
        folder = hub.file(info, file.path()).map(Path::getParent).orElse(folder);
      }
      return folder;
    }
  }
}

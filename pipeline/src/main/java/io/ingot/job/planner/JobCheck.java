package io.ingot.job.planner;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.gguf.mix.FileType;
import io.ingot.hub.RepoId;
import io.ingot.job.JobReader;
import io.ingot.job.JobSpec;
import io.ingot.job.MatrixSpec;
import io.ingot.job.Place;
import io.ingot.job.Problems;
import io.ingot.job.StepKind;
import io.ingot.job.StepSpec;
import io.ingot.job.planner.Reference.Wants;
import io.ingot.merge.recipe.RecipeProblem;
import io.ingot.merge.recipe.RecipeReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What can be wrong with a job whose shape is right: names that lead nowhere or to the wrong kind,
 * circles, missing files, gates about nothing. Reads the disk, never the network.
 */
public final class JobCheck {
  private static final int SHOWN = 12;

  private final JobSpec job;
  private final Problems problems;

  private JobCheck(JobSpec job, Problems problems) {
    this.job = job;
    this.problems = problems;
  }

  /**
   * Reads and checks a job file.
   *
   * @return the job, or nothing when there are problems
   */
  public static Optional<JobSpec> read(
      JobReader reader, Path file, List<String> overrides, Problems problems) {
    Optional<JobSpec> job = reader.read(file, overrides, problems);
    job.ifPresent(spec -> check(spec, problems));
    return problems.isEmpty() ? job : Optional.empty();
  }

  /**
   * Reads and checks a job file.
   *
   * @throws IngotException INVALID with all problems, NOT_FOUND when there is no such file
   */
  public static JobSpec read(JobReader reader, Path file, List<String> overrides) {
    Problems problems = new Problems();
    return read(reader, file, overrides, problems)
        .orElseThrow(() -> problems.asException(file.toString()));
  }

  /** Adds every problem of the job, of which parts may be missing where there are problems. */
  static void check(JobSpec job, Problems problems) {
    JobCheck check = new JobCheck(job, problems);
    check.sources();
    check.steps();
    Cycles.check(job, problems);
    job.schedule().ifPresent(schedule -> ScheduleCheck.check(job, schedule, problems));
  }

  private void steps() {
    Map<String, MemberProblems> members = new LinkedHashMap<>();
    for (StepSpec step : job.steps().values()) {
      Optional<MatrixSpec> matrix = job.matrixOf(step.name());
      if (matrix.isEmpty()) {
        step(step);
        continue;
      }
      Problems own = new Problems();
      new JobCheck(job, own).step(step);
      members
          .computeIfAbsent(matrix.get().step(), name -> new MemberProblems(matrix.get()))
          .add(step.name(), own);
    }
    members.values().forEach(found -> found.tell(problems));
  }

  private void add(String path, String message) {
    problems.add(job.place(path), path, message);
  }

  private void sources() {
    job.models()
        .forEach(
            (name, model) -> {
              String path = "models." + name;
              if (job.steps().containsKey(name) || job.matrices().containsKey(name)) {
                add("steps." + name, "is the name of a model already; references would be unclear");
              }
              source(path, model.hub(), model.path(), model.revision());
              if (model.path() != null && !Files.isDirectory(job.resolve(model.path()))) {
                add(path + ".path", "there is no folder " + job.resolve(model.path()));
              }
            });
    job.datasets()
        .forEach(
            (name, dataset) -> {
              String path = "datasets." + name;
              source(path, dataset.hub(), dataset.path(), dataset.revision());
              if (dataset.path() != null) {
                file(path + ".path", job.resolve(dataset.path()));
                if (dataset.split() != null) {
                  add(path + ".split", "belongs to 'hub'; a file has no splits");
                }
              }
            });
    job.embeddedHub()
        .filter(folder -> !Files.isDirectory(folder))
        .ifPresent(folder -> add("hub.embedded", "there is no folder " + folder));
  }

  private void source(
      String path, @Nullable String hub, @Nullable String folder, @Nullable String revision) {
    if (hub != null) {
      repository(path + ".hub", hub);
    }
    if (folder != null && revision != null) {
      add(path + ".revision", "belongs to 'hub'; a path has no revisions");
    }
  }

  private void repository(String path, String name) {
    try {
      RepoId.model(name);
    } catch (IngotException e) {
      add(path, String.valueOf(e.getMessage()));
    }
  }

  private void file(String path, Path file) {
    if (Files.isDirectory(file)) {
      add(path, file + " is a folder; expected a file");
    } else if (!Files.exists(file)) {
      add(path, "there is no file " + file);
    } else if (!Files.isReadable(file)) {
      add(path, "may not read " + file);
    }
  }

  private void step(StepSpec step) {
    for (Reference reference : References.of(job, step)) {
      reference(reference);
    }
    switch (step.kind()) {
      case FINETUNE -> FinetuneCheck.check(job, step, problems);
      case EVALUATE -> GateCheck.check(job, step, problems);
      case PUBLISH -> publish(step);
      case MERGE -> recipe(step);
      case QUANTIZE -> types(step);
    }
  }

  /** In a job a key that nobody knows is a mistake, where mergekit would ignore it. */
  private void recipe(StepSpec step) {
    if (step.body().has("name")) {
      problems.add(
          job.place(step.path("name")),
          step.path("name"),
          "'name' is for files of several recipes; in a job every merge is a step, and its key is"
              + " the name by which others refer to it");
    }
    for (RecipeProblem problem : RecipeReader.read(step.node(), step.path("")).problems()) {
      if (problem.severity() != RecipeProblem.Severity.WARNING) {
        Place place = problem.mark().map(Place::of).orElse(job.place(problem.path()));
        problems.add(place, problem.path(), problem.message());
      }
    }
  }

  /** Any spelling of llama-quantize; the plan and the gates use the one of the list. */
  private void types(StepSpec step) {
    List<String> known =
        Arrays.stream(FileType.values())
            .filter(type -> type != FileType.COPY)
            .map(FileType::name)
            .toList();
    JsonNode types = step.body().path("types");
    for (int i = 0; i < types.size(); i++) {
      String path = step.path("types[" + i + "]");
      String type = types.get(i).asText();
      if (FileType.find(type).filter(found -> known.contains(found.name())).isEmpty()) {
        problems.addUnknown(job.place(path), path, "unknown type '" + type + "'", type, known);
      }
    }
  }

  private void reference(Reference reference) {
    Wants wants = reference.wants();
    String name = reference.name();
    StepSpec target = job.steps().get(name);
    boolean found =
        wants == Wants.DATASET
            ? job.datasets().containsKey(name)
            : (wants.models() && job.models().containsKey(name))
                || (target != null && wants.kinds().contains(target.kind()));
    if (found
        || job.isBroken(name)
        || (reference.path().contains(".merge.") && MergeSource.isForeign(job, name))) {
      return;
    }
    MatrixSpec matrix = job.matrices().get(name);
    if (matrix != null) {
      add(reference.path(), "'" + name + "' stands for " + several(matrix) + "; name one of them");
    } else if (target != null) {
      add(
          reference.path(),
          "'" + name + "' is a " + target.kind().word() + " step; expected " + wants.description());
    } else if (wants == Wants.DATASET && job.models().containsKey(name)) {
      add(reference.path(), "'" + name + "' is a model; expected a dataset");
    } else if (wants != Wants.DATASET && job.datasets().containsKey(name)) {
      add(reference.path(), "'" + name + "' is a dataset; expected " + wants.description());
    } else {
      problems.addUnknown(
          job.place(reference.path()),
          reference.path(),
          "there is no '" + name + "'; expected " + wants.description(),
          name,
          candidates(wants));
    }
  }

  private static String several(MatrixSpec matrix) {
    List<String> members = matrix.members();
    int shown = Math.min(members.size(), SHOWN);
    return members.size()
        + " steps: "
        + String.join(", ", members.subList(0, shown))
        + (shown < members.size() ? " and " + (members.size() - shown) + " more" : "");
  }

  private List<String> candidates(Wants wants) {
    if (wants == Wants.DATASET) {
      return List.copyOf(job.datasets().keySet());
    }
    List<String> names = new ArrayList<>();
    if (wants.models()) {
      names.addAll(job.models().keySet());
    }
    if (wants == Wants.MEASURED) {
      names.addAll(job.matrices().keySet());
    }
    job.steps().values().stream()
        .filter(step -> wants.kinds().contains(step.kind()))
        .forEach(step -> names.add(step.name()));
    return names;
  }

  private void publish(StepSpec step) {
    if (job.publisher().isEmpty()) {
      add(
          step.path(""),
          "needs 'publisher' at the top of the job, such as publisher: {name: acme, kind: company}");
    }
    String hub = step.body().path("to").path("hub").asText("");
    if (!hub.isEmpty()) {
      repository(step.path("to.hub"), hub);
    }
    List<String> seen = new ArrayList<>();
    step.body()
        .path("artifacts")
        .forEach(
            artifact -> {
              if (seen.contains(artifact.asText())) {
                add(step.path("artifacts"), "'" + artifact.asText() + "' is listed twice");
              }
              seen.add(artifact.asText());
            });
    long whole =
        seen.stream()
            .map(job.steps()::get)
            .filter(s -> s != null && s.kind() != StepKind.QUANTIZE)
            .count();
    if (whole > 1) {
      add(
          step.path("artifacts"),
          "holds more than one model folder or adapter, whose files would overwrite one another;"
              + " publish each by a step of its own (GGUF files may go along)");
    }
  }
}

package io.ingot.job;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * A job file that is right in itself; whether its references lead somewhere is for {@link
 * io.ingot.job.planner} to say.
 *
 * @param file as the user wrote it
 * @param steps also those that a matrix stands for, by their own names
 * @param matrices by the name of the step that holds them, which is no step itself
 * @param broken names of steps that could not be read
 * @param places of all values that the user wrote, by key path
 */
public record JobSpec(
    Path file,
    String name,
    Optional<Publisher> publisher,
    SequencedMap<String, ModelEntry> models,
    Optional<Path> embeddedHub,
    SequencedMap<String, DatasetEntry> datasets,
    SequencedMap<String, StepSpec> steps,
    SequencedMap<String, MatrixSpec> matrices,
    Set<String> broken,
    Optional<ScheduleEntry> schedule,
    Map<String, Place> places) {

  /** The step of this name, which must be there. */
  public StepSpec step(String step) {
    StepSpec found = steps.get(step);
    if (found == null) {
      throw new IllegalArgumentException("no step " + step);
    }
    return found;
  }

  /** The matrix that a step is a member of. */
  public Optional<MatrixSpec> matrixOf(String step) {
    int dot = step.indexOf('.');
    return dot < 0 ? Optional.empty() : Optional.ofNullable(matrices.get(step.substring(0, dot)));
  }

  /** Whether this is a step, or would be a member of a matrix, that could not be read. */
  public boolean isBroken(String step) {
    int dot = step.indexOf('.');
    return broken.contains(dot < 0 ? step : step.substring(0, dot));
  }

  /** A path of the job file as an absolute path: relative to the file's folder. */
  public Path resolve(String path) {
    return folder().resolve(path).normalize();
  }

  private Path folder() {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  /** Whether the user wrote this key, rather than its default standing for it. */
  public boolean wrote(String path) {
    return places.containsKey(path);
  }

  /** The place of a key, or of the nearest one around it. */
  public Place place(String path) {
    String at = path;
    while (true) {
      Place place = places.get(at);
      if (place != null) {
        return place;
      }
      int cut = Math.max(at.lastIndexOf('.'), at.lastIndexOf('['));
      if (cut < 0) {
        return places.getOrDefault("", new Place(file.toString(), 1, 1));
      }
      at = at.substring(0, cut);
    }
  }
}

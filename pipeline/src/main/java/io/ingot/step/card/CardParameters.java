package io.ingot.step.card;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the planner knows of a release; everything else is read from the inputs. Holds no path, run
 * or time, so that the same job gives the same card.
 *
 * @param name of the job
 * @param repository {@code org/name} that it is published as; null where it goes to a folder
 * @param artifacts names of the published steps (or models), in the order of the job; their folders
 *     are the inputs {@code artifact:NAME}
 * @param models models of the job that the artifacts come from, by name
 * @param datasets datasets that were trained on or measured with, by name
 * @param steps steps that the artifacts come from, and evaluations of them, by name
 * @param verdict as {@link io.ingot.license.LicenseJson} writes it
 * @param evidence of every ancestor, as {@link io.ingot.license.LicenseJson} writes it
 */
public record CardParameters(
    String name,
    Publisher publisher,
    @Nullable String repository,
    List<String> artifacts,
    @Nullable Texts card,
    @Nullable Map<String, ModelFact> models,
    @Nullable Map<String, DatasetFact> datasets,
    @Nullable Map<String, StepFact> steps,
    JsonNode verdict,
    @Nullable List<JsonNode> evidence) {
  /**
   * Who publishes.
   *
   * @param kind {@code company} or {@code person}
   */
  public record Publisher(String name, String kind, @Nullable String jurisdiction) {}

  /** What only a person can write; Markdown. */
  public record Texts(
      @Nullable String summary, @Nullable String intendedUse, @Nullable String limitations) {}

  /**
   * A model that the job starts from.
   *
   * @param repo on the Hub; null for a folder
   * @param commit of the repository
   */
  public record ModelFact(@Nullable String repo, @Nullable String commit) {}

  /**
   * Data.
   *
   * @param repo on the Hub; null for a file
   * @param file name of the file, without its folder
   * @param rows where the planner counted them
   */
  public record DatasetFact(
      @Nullable String repo,
      @Nullable String commit,
      @Nullable String split,
      @Nullable String file,
      @Nullable String sha256,
      @Nullable String format,
      @Nullable Long rows) {}

  /**
   * A step.
   *
   * @param inputs names of models, datasets and steps of the job by role, e.g. {@code model ->
   *     base}, {@code dataset -> orders}, {@code suite:text -> heldout}
   * @param parameters of the step, defaults filled in
   */
  public record StepFact(
      String kind, @Nullable Map<String, String> inputs, @Nullable JsonNode parameters) {}
}

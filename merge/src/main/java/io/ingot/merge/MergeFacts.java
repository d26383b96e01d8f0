package io.ingot.merge;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the card of a merge tells and the merge itself cannot know: who made it, and what the
 * licenses of all models together say.
 *
 * @param tool name and version of the program
 * @param license of the result; empty when nobody asked or a model does not state its own
 * @param bases repositories that the result descends from
 * @param sources the models, in the order of the recipe
 * @param duties lines that must be shown to whoever gets the result
 * @param concerns what speaks against publishing it, or what to look at before
 * @param documents texts to lay beside the weights by file name, e.g. LICENSE and NOTICE
 */
public record MergeFacts(
    String tool,
    Optional<License> license,
    List<String> bases,
    List<Source> sources,
    List<String> duties,
    List<String> concerns,
    Map<String, String> documents) {
  /** Nothing is known but the recipe. */
  public static final MergeFacts NONE =
      new MergeFacts(
          "Ingot", Optional.empty(), List.of(), List.of(), List.of(), List.of(), Map.of());

  /**
   * A license as the front matter of a card names it.
   *
   * @param id identifier of the Hub, {@code other} where it has none
   */
  public record License(String id, Optional<String> name, Optional<String> link) {}

  /**
   * A model that was merged.
   *
   * @param name to show: {@code org/name}, or the last name of a folder
   * @param revision commit of a repository
   * @param license as it says itself
   */
  public record Source(
      String name, boolean repository, Optional<String> revision, Optional<String> license) {}
}

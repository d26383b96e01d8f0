package io.ingot.merge.recipe;

import java.util.Optional;
import org.yaml.snakeyaml.error.Mark;

/**
 * Something about a recipe that the user should know.
 *
 * @param mark where it stands; empty when the recipe was not read from a text
 * @param path keys to the place, e.g. {@code models[1].parameters.weight}
 */
public record RecipeProblem(Severity severity, Optional<Mark> mark, String path, String message) {
  /** How bad it is. */
  public enum Severity {
    /** The recipe cannot be used. */
    ERROR,
    /** A key that nobody knows; mergekit ignores those. */
    UNKNOWN_KEY,
    /** A key that has no effect here. */
    WARNING
  }

  /** {@code line:column: path: message}, counted from 1. */
  public String text() {
    String at = mark.map(m -> (m.getLine() + 1) + ":" + (m.getColumn() + 1) + ": ").orElse("");
    return at + (path.isEmpty() ? "" : path + ": ") + message;
  }
}

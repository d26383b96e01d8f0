package io.ingot.merge.recipe;

import io.ingot.error.IngotException;
import java.util.Optional;

/**
 * How a recipe names a model. Two references are the same model when their texts are.
 *
 * @param path folder, Hub id, or name of a job's model or step
 * @param revision of the Hub
 * @param lora a PEFT adapter to fold in
 * @param architecture replaces {@code architectures} of its config.json
 */
public record ModelRef(
    String path,
    Optional<String> revision,
    Optional<ModelRef> lora,
    Optional<String> architecture) {

  /** A reference of a path alone. */
  public static ModelRef of(String path) {
    return new ModelRef(path, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * Parses {@code path[@revision][+lora[@revision]]}.
   *
   * @throws IngotException when there is more than one plus, or more than one at-sign in a part
   */
  public static ModelRef parse(String text) {
    String[] parts = text.split("\\+", -1);
    if (parts.length > 2) {
      throw IngotException.invalid(
          "'" + text + "' has more than one '+'; write {model: ..., lora: ...} instead");
    }
    ModelRef model = part(text, parts[0]);
    return parts.length == 1
        ? model
        : new ModelRef(
            model.path, model.revision, Optional.of(part(text, parts[1])), Optional.empty());
  }

  private static ModelRef part(String text, String part) {
    String[] pieces = part.split("@", -1);
    if (pieces.length > 2 || pieces[0].isBlank()) {
      throw IngotException.invalid(
          "'" + text + "' is no model reference; expected path[@revision][+lora[@revision]]");
    }
    return new ModelRef(
        pieces[0],
        pieces.length == 2 ? Optional.of(pieces[1]) : Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same base without its adapter. */
  public ModelRef withoutLora() {
    return new ModelRef(path, revision, Optional.empty(), architecture);
  }

  /** As it may be written in a recipe. */
  @Override
  public String toString() {
    return path
        + revision.map(r -> "@" + r).orElse("")
        + lora.map(l -> "+" + l).orElse("")
        + architecture.map(a -> " (as " + a + ")").orElse("");
  }
}

package io.ingot.merge.recipe;

import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * One recipe of a file that may hold several.
 *
 * @param text the document as the user wrote it
 * @param uses names of the documents whose results it reads, directly
 * @param source texts of all documents that it needs and its own: a file that makes it again
 */
public record RecipeDocument(Recipe recipe, String text, SequencedSet<String> uses, String source) {

  /** Its name among the documents; empty for the one whose result is the end of all. */
  public Optional<String> name() {
    return recipe.name();
  }

  /** Whether a reference means the result of one of these documents. */
  static boolean means(ModelRef reference, List<String> names) {
    return reference.revision().isEmpty() && names.contains(reference.path());
  }
}

package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.merge.recipe.RecipeProblem;
import io.ingot.merge.recipe.RecipeProblem.Severity;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A recipe that a command was given. */
record RecipeFile(Path path) {
  /** Its text. */
  String read() {
    try {
      return Files.readString(path);
    } catch (NoSuchFileException e) {
      throw IngotException.notFound("there is no recipe " + path);
    } catch (MalformedInputException e) {
      throw IngotException.invalid(path + " is not UTF-8 text");
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + path + ": " + e.getMessage());
    }
  }

  /** Warnings to stderr; errors, and unknown keys when strict, end the command. */
  void report(List<RecipeProblem> problems, boolean strict, Console console) {
    List<String> fatal =
        problems.stream()
            .filter(
                p ->
                    p.severity() == Severity.ERROR
                        || strict && p.severity() == Severity.UNKNOWN_KEY)
            .map(p -> path + ":" + p.text())
            .toList();
    if (!fatal.isEmpty()) {
      throw IngotException.invalid(String.join("\n       ", fatal));
    }
    problems.forEach(p -> console.warn(path + ":" + p.text()));
  }
}

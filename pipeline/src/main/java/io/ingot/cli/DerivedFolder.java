package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.merge.TargetCheck;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import io.ingot.model.OutputFolder;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** Writes a folder that is made of models: complete, or not at all, and never over one of them. */
final class DerivedFolder {
  private DerivedFolder() {}

  /**
   * Lets something be written aside, and gives the folder its name when that is done.
   *
   * @param models whose files must not be touched
   * @param bytes to be written
   * @param work gets the folder to write to and gives what is to be returned
   * @throws IngotException CONFLICT when the folder is taken or belongs to an input; FAILED when
   *     the result does not fit
   */
  static <T> T write(Path target, Map<ModelRef, Model> models, long bytes, Function<Path, T> work) {
    TargetCheck.require(target, models, bytes);
    OutputFolder folder = OutputFolder.prepare(target, false);
    try {
      T result = work.apply(folder.work());
      folder.publish();
      return result;
    } catch (RuntimeException | Error e) {
      folder.discard();
      throw e;
    }
  }
}

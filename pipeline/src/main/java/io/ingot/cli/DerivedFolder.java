package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.merge.TargetCheck;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.Model;
import io.ingot.model.OutputFolder;
import io.ingot.progress.Cancellation;
import io.ingot.tensor.FileStamp;
import java.nio.file.Path;
import java.util.Map;

/** Writes a folder that is made of models: complete, or not at all, and never over one of them. */
final class DerivedFolder {
  private DerivedFolder() {}

  /** What is written. */
  @FunctionalInterface
  interface Work<T> {
    /** Writes to an empty folder and gives what there is to tell. */
    T write(Path folder) throws InterruptedException;
  }

  /**
   * Lets something be written aside, and gives the folder its name when that is done. Whatever goes
   * wrong, nothing is left behind.
   *
   * @param models whose files must not be touched, by anyone
   * @param bytes to be written
   * @param cancellation asked once more before the folder appears
   * @throws IngotException CONFLICT when the folder is taken or belongs to an input; FAILED when
   *     the result does not fit, or an input changed meanwhile
   */
  static <T> T write(
      Path target, Map<ModelRef, Model> models, long bytes, Cancellation cancellation, Work<T> work)
      throws InterruptedException {
    TargetCheck.require(target, models, bytes);
    OutputFolder folder = OutputFolder.prepare(target, false);
    try {
      T result = work.write(folder.work());
      requireUnchanged(models);
      cancellation.check();
      folder.publish();
      return result;
    } catch (InterruptedException e) {
      folder.discard();
      throw e;
    } catch (RuntimeException | Error e) {
      folder.discard();
      // A file that was cut off shows as a fault of memory, one that was rewritten as bad values.
      requireUnchanged(models);
      throw e;
    }
  }

  private static void requireUnchanged(Map<ModelRef, Model> models) {
    models.values().forEach(m -> FileStamp.requireUnchanged(m.weights().files()));
  }
}

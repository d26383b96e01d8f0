package io.ingot.merge;

import io.ingot.error.IngotException;
import io.ingot.model.FolderLock;
import io.ingot.model.OutputFolder;
import io.ingot.model.OutputRecord;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where the results of documents with names lie.
 *
 * @param root one folder below it for each
 * @param temporary whether they are deleted when everything is done
 * @param reuse whether a result that the same merge would write again is taken as it is
 */
public record NamedResults(Path root, boolean temporary, boolean reuse) {
  private static final String LOCK = ".ingot-lock";

  /** In a folder that the user wants to keep. */
  public static NamedResults kept(Path root, boolean reuse) {
    return new NamedResults(root, false, reuse);
  }

  /** In a hidden folder beside the result, only as long as needed. */
  public static NamedResults beside(Path out, boolean resume) {
    Path absolute = out.toAbsolutePath().normalize();
    return new NamedResults(
        absolute.resolveSibling("." + absolute.getFileName() + ".ingot-steps"), true, resume);
  }

  Path folder(String name) {
    return root.resolve(name);
  }

  /** Whether a complete result of this very merge is there and may be used. */
  boolean holds(String name, String digest) {
    return reuse && OutputRecord.completed(folder(name)).filter(digest::equals).isPresent();
  }

  /** Makes sure that the end of all does not replace a result with a name, nor lie in one. */
  void requireApart(String name, Path out) {
    Path one = folder(name).toAbsolutePath().normalize();
    Path other = out.toAbsolutePath().normalize();
    if (one.startsWith(other) || other.startsWith(one)) {
      throw IngotException.conflict(
          "%s and %s, where '%s' goes, lie inside one another; name folders apart"
              .formatted(out, folder(name), name));
    }
  }

  /**
   * Makes the folder, which is this chain's alone until the lock is given back.
   *
   * @throws IngotException CONFLICT when another process makes results there
   */
  FolderLock begin(boolean resume) {
    // A folder that stays may be a mount point, with nothing writable beside it.
    try {
      FolderLock lock =
          temporary ? FolderLock.take(root) : FolderLock.take(root.resolve(LOCK), root);
      boolean begun = false;
      try {
        if (temporary && !resume) {
          OutputFolder.delete(root);
        }
        Files.createDirectories(root);
        begun = true;
        return lock;
      } finally {
        if (!begun) {
          lock.close();
        }
      }
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + root + ": " + e.getMessage());
    }
  }

  /** Deletes what nobody needs any more: everything when done, else only an empty folder. */
  void end(boolean done, Progress progress) {
    if (!temporary) {
      return;
    }
    try {
      if (done || isEmpty()) {
        OutputFolder.delete(root);
      } else {
        progress.note("results so far are kept in " + root + "; --resume goes on there");
      }
    } catch (IOException e) {
      progress.note("cannot delete " + root + ": " + e.getMessage());
    }
  }

  private boolean isEmpty() throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files.findAny().isEmpty();
    }
  }
}

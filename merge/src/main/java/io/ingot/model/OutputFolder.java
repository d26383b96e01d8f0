package io.ingot.model;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A folder that appears complete or not at all: work is done in a hidden folder beside it, which is
 * renamed at the end. What an interrupted run left there can be taken up again.
 */
public final class OutputFolder {
  /** Files that say that a merge has written the folder. */
  private static final List<String> MARKS =
      List.of("mergekit_config.yml", "mergekit_moe_config.yml", OutputRecord.NAME);

  private final Path target;
  private final Path work;
  private final FolderLock lock;

  private OutputFolder(Path target, Path work, FolderLock lock) {
    this.target = target;
    this.work = work;
    this.lock = lock;
  }

  private static Path work(Path absolute) {
    return absolute.resolveSibling("." + absolute.getFileName() + ".ingot-partial");
  }

  /** Bytes of the finished weight files that an interrupted run has left for this target. */
  public static long finishedBytes(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    if (absolute.getFileName() == null || !Files.isDirectory(work(absolute))) {
      return 0;
    }
    try (Stream<Path> files = Files.list(work(absolute))) {
      long bytes = 0;
      for (Path file : files.filter(OutputFolder::isWeights).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      return 0;
    }
  }

  private static boolean isWeights(Path file) {
    return file.getFileName().toString().endsWith(".safetensors");
  }

  /**
   * Prepares the hidden folder.
   *
   * @param resume whether what is there is kept
   * @throws IngotException CONFLICT when the target holds something that no merge has written
   */
  public static OutputFolder prepare(Path target, boolean resume) {
    return prepare(target, work -> resume);
  }

  /**
   * Prepares the hidden folder, which is this process's alone until it is published or abandoned.
   *
   * @param resumable whether what lies in an earlier hidden folder is kept
   * @throws IngotException CONFLICT when the target holds something that no merge has written, or
   *     when another process writes it
   */
  public static OutputFolder prepare(Path target, Predicate<Path> resumable) {
    Path absolute = named(target);
    Path work = work(absolute);
    try {
      FolderLock lock = FolderLock.take(target);
      boolean prepared = false;
      try {
        checkTarget(target);
        if (Files.exists(work) && !(Files.isDirectory(work) && resumable.test(work))) {
          delete(work);
        }
        Files.createDirectories(work);
        prepared = true;
        return new OutputFolder(absolute, work, lock);
      } finally {
        if (!prepared) {
          lock.close();
        }
      }
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + target + ": " + e.getMessage());
    }
  }

  /**
   * Makes sure that a folder may be written or replaced.
   *
   * @throws IngotException CONFLICT when it holds something that no merge has written
   */
  public static void checkTarget(Path target) {
    Path absolute = named(target);
    try {
      if (Files.exists(absolute) && !Files.isDirectory(absolute)) {
        throw IngotException.conflict(target + " is a file; a folder is to be written there");
      }
      if (Files.isDirectory(absolute)
          && !isEmpty(absolute)
          && MARKS.stream().noneMatch(r -> Files.exists(absolute.resolve(r)))) {
        throw IngotException.conflict(
            target + " is not empty and holds no earlier merge; name another folder or empty it");
      }
    } catch (IOException e) {
      throw IngotException.failed("cannot write to " + target + ": " + e.getMessage());
    }
  }

  private static Path named(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    if (absolute.getFileName() == null) {
      throw IngotException.conflict(target + " is the root of a file system; name a folder");
    }
    return absolute;
  }

  /** Where to write. */
  public Path work() {
    return work;
  }

  /** Renames the hidden folder to its name, replacing an earlier merge. */
  public void publish() {
    try {
      if (Files.exists(target)) {
        Path old = target.resolveSibling("." + target.getFileName() + ".ingot-old");
        delete(old);
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
        delete(old);
      } else {
        Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
      }
      // Not before: whoever has the lock may empty the hidden folder.
      lock.close();
    } catch (IOException e) {
      throw IngotException.failed("cannot move the result to " + target + ": " + e.getMessage());
    }
  }

  /** Deletes the hidden folder. */
  public void discard() {
    try {
      delete(work);
    } catch (IOException e) {
      // The failure that brought us here is the one to report.
    } finally {
      lock.close();
    }
  }

  /** Deletes the hidden folder unless it holds finished shards that can be taken up again. */
  public boolean abandon() {
    try {
      if (Files.isDirectory(work)) {
        try (Stream<Path> files = Files.list(work)) {
          if (files.anyMatch(OutputFolder::isWeights)) {
            return true;
          }
        }
        discard();
      }
    } catch (IOException e) {
      // The failure that brought us here is the one to report.
    } finally {
      lock.close();
    }
    return false;
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** Deletes a folder with everything in it, if it is there. */
  public static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }
}

package io.ingot.tensor;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * What tells whether a file is still the one that was opened.
 *
 * @param modified nanoseconds since 1970, as far as the file system keeps them
 * @param key inode and device; empty where there are none
 */
public record FileStamp(Path path, long size, long modified, String key) {
  /**
   * Looks at a file, behind links.
   *
   * @throws IOException when it cannot be looked at
   */
  public static FileStamp of(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    Object key = attributes.fileKey();
    return new FileStamp(
        path,
        attributes.size(),
        attributes.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
        key == null ? "" : key.toString());
  }

  /**
   * Looks at the files again.
   *
   * @throws IngotException FAILED naming the first that is another one now, and what changed
   */
  public static void requireUnchanged(List<FileStamp> stamps) {
    for (FileStamp before : stamps) {
      String change = before.change();
      if (!change.isEmpty()) {
        throw IngotException.failed(
            "%s changed while it was read: %s. Run it again when nobody writes to it"
                .formatted(before.path(), change));
      }
    }
  }

  /** Whether one of the files is another one now. */
  public static boolean anyChanged(List<FileStamp> stamps) {
    return stamps.stream().anyMatch(s -> !s.change().isEmpty());
  }

  /** What is different now; empty when nothing is. */
  private String change() {
    try {
      FileStamp now = of(path);
      if (now.size != size) {
        return "it had %d bytes and has %d".formatted(size, now.size);
      }
      if (!now.key.equals(key)) {
        return "another file of the same size took its place";
      }
      return now.modified == modified ? "" : "it was written to, though its size is the same";
    } catch (NoSuchFileException e) {
      return "it is gone";
    } catch (IOException e) {
      return "it cannot be looked at any more (" + e.getMessage() + ")";
    }
  }
}

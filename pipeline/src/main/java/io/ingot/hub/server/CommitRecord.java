package io.ingot.hub.server;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A commit as it is kept.
 *
 * @param id 40 hexadecimal digits, from tree, parent and message
 * @param parent null for a root
 * @param title first line of the message
 * @param message the rest
 * @param date ISO 8601 with milliseconds; not part of the id
 * @param author name shown in the history
 * @param files sorted by path
 */
record CommitRecord(
    String id,
    @Nullable String parent,
    String title,
    String message,
    String date,
    String author,
    List<TreeEntry> files) {
  CommitRecord {
    files = List.copyOf(files);
  }

  static CommitRecord of(
      Optional<String> parent,
      String title,
      String message,
      String date,
      String author,
      List<TreeEntry> files) {
    String tree = GitObjects.treeOids(files).getOrDefault("", "");
    return new CommitRecord(
        GitObjects.commitOid(tree, parent, title, message),
        parent.orElse(null),
        title,
        message,
        date,
        author,
        files);
  }

  Optional<TreeEntry> file(String path) {
    return files.stream().filter(f -> f.path().equals(path)).findFirst();
  }
}

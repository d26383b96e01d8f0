package io.ingot.hub;

import io.ingot.progress.Progress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the house wants of a Hub. Failures are {@link io.ingot.error.IngotException}s: NOT_FOUND for
 * a missing repository, revision or file, UNREACHABLE for a server that cannot be reached, FAILED
 * for refused tokens and gated repositories. Thread-safe.
 */
public interface Hub {
  URI endpoint();

  /** Resolves a branch, tag or commit and lists the files. */
  RepoInfo info(RepoId repo, String revision);

  /**
   * Downloads the files that {@code wanted} accepts into the shared cache, verified while
   * streaming, and returns the snapshot folder.
   */
  Path download(RepoInfo info, Predicate<RepoFile> wanted, Progress progress);

  /** The cached or downloaded path of one file; empty when the commit has no such file. */
  Optional<Path> file(RepoInfo info, String path);

  /** The path of one file that was downloaded before; empty when it was not. */
  default Optional<Path> cached(RepoInfo info, String path) {
    return Optional.empty();
  }

  /** Creates the repository; true when it is new, false when it was there. */
  boolean create(RepoId repo, boolean isPrivate);

  /**
   * Uploads files and deletes paths in one commit.
   *
   * @param parentCommit the commit that must still be the head of the branch, else CONFLICT
   * @return the new commit, or the parent when nothing would change
   */
  String commit(
      RepoId repo,
      String branch,
      Optional<String> parentCommit,
      String message,
      List<Upload> uploads,
      List<String> deletions,
      Progress progress);

  /** A commit of a history. */
  record Commit(String id, String title, String message) {}

  /** Commits of a branch, newest first. */
  List<Commit> commits(RepoId repo, String revision);

  /** Who the token belongs to; empty without one. */
  Optional<String> whoami();

  /**
   * A file to upload.
   *
   * @param path in the repository
   * @param file on disk
   */
  record Upload(String path, Path file) {}
}

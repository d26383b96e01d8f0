package io.ingot.hub;

import java.util.Optional;

/**
 * What a request is about, for messages.
 *
 * @param repo the repository, where there is one
 * @param revision the revision, where there is one
 * @param path the file, where there is one
 */
record Subject(Optional<RepoId> repo, Optional<String> revision, Optional<String> path) {
  static Subject none() {
    return new Subject(Optional.empty(), Optional.empty(), Optional.empty());
  }

  static Subject of(RepoId repo) {
    return new Subject(Optional.of(repo), Optional.empty(), Optional.empty());
  }

  static Subject of(RepoId repo, String revision) {
    return new Subject(Optional.of(repo), Optional.of(revision), Optional.empty());
  }

  static Subject of(RepoId repo, String revision, String path) {
    return new Subject(Optional.of(repo), Optional.of(revision), Optional.of(path));
  }

  /** For example {@code model acme/x}. */
  String text() {
    return repo.map(
            r -> (r.type() == RepoId.Type.DATASET ? "dataset '" : "repository '") + r.name() + "'")
        .orElse("the request");
  }
}

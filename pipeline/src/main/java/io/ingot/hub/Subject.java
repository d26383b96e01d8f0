package io.ingot.hub;

import java.util.Optional;

/**
 * What a request is about, for messages.
 *
 * @param repo the repository, where there is one
 * @param revision the revision, where there is one
 * @param path the file, where there is one
 * @param writes whether it changes something
 */
record Subject(
    Optional<RepoId> repo, Optional<String> revision, Optional<String> path, boolean writes) {
  static Subject none() {
    return new Subject(Optional.empty(), Optional.empty(), Optional.empty(), false);
  }

  static Subject of(RepoId repo, String revision) {
    return new Subject(Optional.of(repo), Optional.of(revision), Optional.empty(), false);
  }

  static Subject of(RepoId repo, String revision, String path) {
    return new Subject(Optional.of(repo), Optional.of(revision), Optional.of(path), false);
  }

  static Subject writing(RepoId repo) {
    return new Subject(Optional.of(repo), Optional.empty(), Optional.empty(), true);
  }

  static Subject writing(RepoId repo, String branch) {
    return new Subject(Optional.of(repo), Optional.of(branch), Optional.empty(), true);
  }

  /** For example {@code repository 'acme/x'}. */
  String text() {
    return repo.map(Subject::text).orElse("the request");
  }

  static String text(RepoId repo) {
    return (repo.type() == RepoId.Type.DATASET ? "dataset '" : "repository '") + repo.name() + "'";
  }
}

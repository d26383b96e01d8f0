package io.ingot.step.pull;

import io.ingot.error.IngotException;
import io.ingot.hub.RepoId;
import org.jspecify.annotations.Nullable;

/**
 * What to pull: a repository at a commit, or a folder that is the step's input {@code source}.
 *
 * @param repo {@code org/name}
 * @param type {@code model} (default) or {@code dataset}
 * @param commit 40 hexadecimal digits
 * @param path name of the folder, for people; its content is the input {@code source}
 */
public record PullParameters(
    @Nullable String repo, @Nullable String type, @Nullable String commit, @Nullable String path) {
  /** Whether it comes from a Hub. */
  public boolean isFromHub() {
    return repo != null;
  }

  /**
   * The repository.
   *
   * @throws IngotException INVALID when it is none
   */
  public RepoId repository() {
    String name = repo == null ? "" : repo;
    return "dataset".equals(type) ? RepoId.dataset(name) : RepoId.model(name);
  }
}

package io.ingot.hub;

import java.util.Optional;

/**
 * A file of a repository at a commit.
 *
 * @param path relative, with slashes, checked against escapes
 * @param size in bytes
 * @param gitOid SHA-1 of the git blob (of the pointer, for LFS)
 * @param sha256 of the content, for LFS files
 */
public record RepoFile(String path, long size, String gitOid, Optional<String> sha256) {
  /** The name of its blob in the cache: the SHA-256 of an LFS file, else the git object id. */
  public String etag() {
    return sha256.orElse(gitOid);
  }
}

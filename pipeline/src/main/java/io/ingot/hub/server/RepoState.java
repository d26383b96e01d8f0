package io.ingot.hub.server;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The mutable part of a repository, replaced as a whole.
 *
 * @param isPrivate seen by who may write only
 * @param created ISO 8601
 * @param branches commit by name
 * @param tags commit by name
 * @param imported the commit that was made of the served folder, null where there was none
 * @param folderStamp paths, sizes and times of the folder when it was imported
 */
record RepoState(
    @JsonProperty("private") boolean isPrivate,
    String created,
    SortedMap<String, String> branches,
    SortedMap<String, String> tags,
    @Nullable String imported,
    @Nullable String folderStamp) {
  RepoState {
    branches = new TreeMap<>(branches);
    tags = new TreeMap<>(tags);
  }

  RepoState withBranch(String name, String commit) {
    SortedMap<String, String> more = new TreeMap<>(branches);
    more.put(name, commit);
    return new RepoState(isPrivate, created, more, tags, imported, folderStamp);
  }

  RepoState withoutBranch(String name) {
    SortedMap<String, String> fewer = new TreeMap<>(branches);
    fewer.remove(name);
    return new RepoState(isPrivate, created, fewer, tags, imported, folderStamp);
  }

  RepoState withTag(String name, String commit) {
    SortedMap<String, String> more = new TreeMap<>(tags);
    more.put(name, commit);
    return new RepoState(isPrivate, created, branches, more, imported, folderStamp);
  }

  RepoState withoutTag(String name) {
    SortedMap<String, String> fewer = new TreeMap<>(tags);
    fewer.remove(name);
    return new RepoState(isPrivate, created, branches, fewer, imported, folderStamp);
  }

  RepoState withPrivate(boolean value) {
    return new RepoState(value, created, branches, tags, imported, folderStamp);
  }

  RepoState withImport(String commit, String stamp) {
    return new RepoState(isPrivate, created, branches, tags, commit, stamp);
  }
}

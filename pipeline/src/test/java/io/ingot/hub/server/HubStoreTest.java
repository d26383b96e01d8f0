package io.ingot.hub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.hub.RepoId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk after a process stopped at a bad moment. */
class HubStoreTest {
  private static final RepoId TINY = RepoId.model("acme/tiny");

  @TempDir Path temp;

  private HubStore open() throws IOException {
    return HubStore.open(temp.resolve("store"));
  }

  private static TreeEntry entry(HubStore store, String path, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return TreeEntry.of(
        path,
        store.contents().put(new ByteArrayInputStream(bytes), bytes.length, Optional.empty()),
        false);
  }

  private static CommitRecord commit(CommitRecord parent, String title, List<TreeEntry> files) {
    return CommitRecord.of(Optional.of(parent.id()), title, "", HubStore.now(), Access.USER, files);
  }

  @Test
  void aCommitThatNoBranchNamesIsNotThere() throws IOException {
    String first;
    try (HubStore store = open()) {
      Repository repository = store.create(TINY, false, Access.USER);
      CommitRecord head = repository.resolve("main");
      first = head.id();
      repository.keep(commit(head, "half", List.of(entry(store, "a", "a"))));
      // The process ends before the branch is moved.
    }
    try (HubStore store = open()) {
      Repository repository = store.find(TINY).orElseThrow();
      assertThat(repository.resolve("main").id()).isEqualTo(first);
      assertThat(repository.history(repository.resolve("main"))).hasSize(1);
    }
  }

  @Test
  void aRepositoryWithoutItsStateIsMadeAnew() throws IOException {
    try (HubStore store = open()) {
      store.create(TINY, false, Access.USER);
    }
    Files.delete(temp.resolve("store/repositories/models/acme/tiny/repo.json"));
    try (HubStore store = open()) {
      assertThat(store.find(TINY)).isEmpty();
      store.create(TINY, true, Access.USER);
      assertThat(store.find(TINY).orElseThrow().state().isPrivate()).isTrue();
    }
  }

  @Test
  void unfinishedUploadsAreSweptAway() throws IOException {
    open().close();
    Path leftover = Files.writeString(temp.resolve("store/objects/incoming/x"), "half");
    open().close();
    assertThat(leftover).doesNotExist();
  }

  @Test
  void aDeletedRepositoryStaysDeletedButItsContentMayServeOthers() throws IOException {
    try (HubStore store = open()) {
      store.create(TINY, false, Access.USER);
      store.create(RepoId.model("acme/other"), false, Access.USER);
      store.delete(TINY);
    }
    try (HubStore store = open()) {
      assertThat(store.find(TINY)).isEmpty();
      CommitRecord other = store.find(RepoId.model("acme/other")).orElseThrow().resolve("main");
      TreeEntry file = other.file(".gitattributes").orElseThrow();
      assertThat(store.contents().has(file.sha256(), file.size())).isTrue();
    }
  }

  @Test
  void aChangedFolderIsImportedAnewUnlessSomethingWasPushed() throws IOException {
    Path config = Files.createDirectories(temp.resolve("serve/acme/tiny")).resolve("config.json");
    Files.writeString(config, "1");
    String first = importAndHead();
    assertThat(importAndHead()).isEqualTo(first);
    Files.writeString(config, "2");
    Files.setLastModifiedTime(config, FileTime.fromMillis(1_000_000));
    String second = importAndHead();
    assertThat(second).isNotEqualTo(first);
    Files.writeString(config, "1");
    Files.setLastModifiedTime(config, FileTime.fromMillis(2_000_000));
    assertThat(importAndHead()).as("content decides, not history").isEqualTo(first);
    String pushed;
    try (HubStore store = open()) {
      Repository repository = store.find(TINY).orElseThrow();
      CommitRecord made =
          commit(repository.resolve("main"), "push", List.of(entry(store, "a", "a")));
      repository.keep(made);
      repository.update(s -> s.withBranch("main", made.id()));
      pushed = made.id();
    }
    Files.writeString(config, "3");
    assertThat(importAndHead()).as("what was pushed stays").isEqualTo(pushed);
  }

  @Test
  void aServedFolderWhoseRepositoryWasDeletedIsNotImportedAgain() throws IOException {
    Path config = Files.createDirectories(temp.resolve("serve/acme/tiny")).resolve("config.json");
    Files.writeString(config, "1");
    importAndHead();
    try (HubStore store = open()) {
      store.delete(TINY);
    }
    try (HubStore store = open()) {
      new FolderImport(store).run(temp.resolve("serve"));
      assertThat(store.find(TINY)).isEmpty();
      store.create(TINY, false, Access.USER);
    }
    try (HubStore store = open()) {
      assertThat(store.find(TINY)).isPresent();
    }
  }

  private String importAndHead() throws IOException {
    try (HubStore store = open()) {
      new FolderImport(store).run(temp.resolve("serve"));
      return store.find(TINY).orElseThrow().resolve("main").id();
    }
  }
}

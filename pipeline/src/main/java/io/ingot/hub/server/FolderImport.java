package io.ingot.hub.server;

import io.ingot.hub.FileNames;
import io.ingot.hub.RepoId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Makes repositories of the folders {@code ORG/NAME} (models) and {@code datasets/ORG/NAME}. A
 * folder becomes one root commit that depends on its content alone. A folder that changed since is
 * imported anew, unless something was pushed in between: what was pushed stays.
 */
final class FolderImport {
  private static final String AUTHOR = "ingot";
  private static final int SAMPLE_BYTES = 512;

  private final HubStore store;

  FolderImport(HubStore store) {
    this.store = store;
  }

  void run(Path served) throws IOException {
    for (Path organization : folders(served)) {
      if (organization.getFileName().toString().equals("datasets")) {
        for (Path owner : folders(organization)) {
          importAll(owner, RepoId.Type.DATASET);
        }
      } else {
        importAll(organization, RepoId.Type.MODEL);
      }
    }
  }

  private void importAll(Path organization, RepoId.Type type) throws IOException {
    for (Path folder : folders(organization)) {
      importOne(
          folder.toRealPath(),
          new RepoId(type, organization.getFileName() + "/" + folder.getFileName()));
    }
  }

  private void importOne(Path folder, RepoId id) throws IOException {
    List<Path> files = files(folder);
    if (files.isEmpty() || store.isDeleted(id)) {
      return;
    }
    String stamp = stamp(folder, files);
    Optional<Repository> present = store.find(id);
    if (present.isPresent()) {
      RepoState state = present.get().state();
      String head = state.branches().get(Repository.MAIN);
      boolean untouched = head != null && head.equals(state.imported());
      if (!untouched || stamp.equals(state.folderStamp())) {
        return;
      }
    }
    CommitRecord commit = commit(folder, files);
    Repository repository = present.isPresent() ? present.get() : store.add(id, false, commit);
    repository.keep(commit);
    repository.update(
        s -> s.withBranch(Repository.MAIN, commit.id()).withImport(commit.id(), stamp));
  }

  private CommitRecord commit(Path folder, List<Path> files) throws IOException {
    TreeMap<String, TreeEntry> entries = new TreeMap<>();
    for (Path file : files) {
      String path = name(folder, file);
      long size = Files.size(file);
      byte[] sample;
      try (InputStream in = Files.newInputStream(file)) {
        sample = in.readNBytes(SAMPLE_BYTES);
      }
      try (InputStream in = Files.newInputStream(file)) {
        StoredContent content = store.contents().put(in, size, Optional.empty());
        entries.put(path, TreeEntry.of(path, content, LargeFiles.includes(path, size, sample)));
      }
    }
    FileNames.check(entries.keySet(), folder.toString());
    return CommitRecord.of(
        Optional.empty(), "Import", "", HubStore.now(), AUTHOR, List.copyOf(entries.values()));
  }

  private static List<Path> folders(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(Files::isDirectory)
          .filter(p -> !p.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    }
  }

  /** Files below the folder, without what tools keep in hidden folders. */
  private static List<Path> files(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.filter(Files::isRegularFile).sorted().toList()) {
        Path relative = folder.relativize(path);
        boolean hidden = false;
        for (int i = 0; i < relative.getNameCount() - 1; i++) {
          hidden |= relative.getName(i).toString().startsWith(".");
        }
        if (!hidden) {
          files.add(path);
        }
      }
    }
    return files;
  }

  private static String name(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  private static String stamp(Path folder, List<Path> files) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path file : files) {
      text.append(name(folder, file))
          .append('\0')
          .append(Files.size(file))
          .append('\0')
          .append(Files.getLastModifiedTime(file).toMillis())
          .append('\n');
    }
    return HexFormat.of()
        .formatHex(
            GitObjects.digest("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8)));
  }
}

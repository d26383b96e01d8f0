package io.ingot.step.publish;

import com.fasterxml.jackson.databind.node.MissingNode;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.hub.RepoFile;
import io.ingot.hub.RepoId;
import io.ingot.hub.RepoInfo;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A Hub in memory of one repository, with accidents on demand. */
final class FakeHub implements Hub {
  /** A commit with all its files. */
  record Snapshot(String id, String message, SortedMap<String, byte[]> files) {}

  final List<Snapshot> history = new ArrayList<>();
  boolean exists;
  int commits;

  /** Dies after the commit is made, before its answer arrives. */
  boolean dieAfterCommit;

  /** Changes this file on its way. */
  String damage = "";

  @Override
  public URI endpoint() {
    return URI.create("http://127.0.0.1:1");
  }

  @Override
  public RepoInfo info(RepoId repo, String revision) {
    Snapshot snapshot =
        revision.equals("main") && !history.isEmpty()
            ? history.getLast()
            : history.stream()
                .filter(s -> s.id().equals(revision))
                .findFirst()
                .orElseThrow(() -> IngotException.notFound("no " + revision));
    List<RepoFile> files = new ArrayList<>();
    snapshot.files().forEach((path, bytes) -> files.add(file(path, bytes)));
    return new RepoInfo(
        repo, snapshot.id(), true, false, List.of(), MissingNode.getInstance(), files);
  }

  private static RepoFile file(String path, byte[] bytes) {
    try {
      Path temporary = Files.createTempFile("blob", "");
      Files.write(temporary, bytes);
      boolean lfs = path.endsWith(".safetensors") || path.endsWith(".gguf");
      RepoFile file =
          new RepoFile(
              path,
              bytes.length,
              GitBlob.sha1(temporary),
              lfs ? Optional.of(io.ingot.store.ContentDigest.ofFile(temporary)) : Optional.empty());
      Files.delete(temporary);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Path download(RepoInfo info, Predicate<RepoFile> wanted, Progress progress) {
    throw new AssertionError("nothing to download");
  }

  @Override
  public Optional<Path> file(RepoInfo info, String path) {
    return Optional.empty();
  }

  @Override
  public boolean create(RepoId repo, boolean isPrivate) {
    boolean fresh = !exists;
    exists = true;
    return fresh;
  }

  @Override
  public String commit(
      RepoId repo,
      String branch,
      Optional<String> parentCommit,
      String message,
      List<Upload> uploads,
      List<String> deletions,
      Progress progress) {
    Optional<String> head =
        history.isEmpty() ? Optional.empty() : Optional.of(history.getLast().id());
    if (!head.equals(parentCommit)) {
      throw IngotException.conflict("the branch has moved");
    }
    SortedMap<String, byte[]> files =
        new TreeMap<>(history.isEmpty() ? Map.of() : history.getLast().files());
    deletions.forEach(files::remove);
    for (Upload upload : uploads) {
      try {
        byte[] bytes = Files.readAllBytes(upload.file());
        if (upload.path().equals(damage)) {
          bytes[0]++;
        }
        files.put(upload.path(), bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    commits++;
    String id = Integer.toHexString(0xabc000 + commits).repeat(8).substring(0, 40);
    history.add(new Snapshot(id, message, files));
    if (dieAfterCommit) {
      dieAfterCommit = false;
      throw new UncheckedIOException(new IOException("connection reset"));
    }
    return id;
  }

  @Override
  public List<Commit> commits(RepoId repo, String revision) {
    List<Commit> list = new ArrayList<>();
    history
        .reversed()
        .forEach(
            s -> {
              String[] parts = s.message().split("\n", 2);
              list.add(new Commit(s.id(), parts[0], parts.length == 1 ? "" : parts[1]));
            });
    return list;
  }

  @Override
  public Optional<String> whoami() {
    return Optional.empty();
  }
}

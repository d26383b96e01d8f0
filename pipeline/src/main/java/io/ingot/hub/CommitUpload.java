package io.ingot.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One commit: compare with what is there, ask for the upload modes, send large files by LFS, then
 * everything else in one NDJSON request that names the parent. Nothing is visible before that
 * request.
 */
final class CommitUpload {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PREUPLOAD_BATCH = 256;
  private static final Duration COMMIT_PATIENCE = Duration.ofMinutes(5);

  private final HubJson json;
  private final HubUrls urls;
  private final RepoId repo;
  private final String branch;

  CommitUpload(HubJson json, RepoId repo, String branch) {
    this.json = json;
    this.urls = new HubUrls(json.http().config().endpoint());
    this.repo = repo;
    this.branch = branch;
  }

  /**
   * Makes the branch's head, which must be {@code parent}, hold the files.
   *
   * @param present the files of the parent
   * @return the new commit, or the parent when nothing would change
   */
  String run(
      String parent,
      List<RepoFile> present,
      String message,
      List<Hub.Upload> uploads,
      List<String> deletions,
      Progress progress) {
    FileNames.check(uploads.stream().map(Hub.Upload::path).toList(), "the upload");
    Map<String, RepoFile> remote =
        present.stream().collect(Collectors.toMap(RepoFile::path, Function.identity()));
    progress.begin("hash " + repo.name(), totalSize(uploads), Progress.Unit.BYTES);
    List<LocalFile> changed = new ArrayList<>();
    for (Hub.Upload upload : uploads) {
      LocalFile file = LocalFile.read(upload, progress::advance);
      RepoFile there = remote.get(upload.path());
      if (there == null || !file.sameAs(there)) {
        changed.add(file);
      }
    }
    List<ObjectNode> removals = removals(remote.keySet(), deletions);
    if (changed.isEmpty() && removals.isEmpty()) {
      return parent;
    }
    Set<String> large = new HashSet<>();
    List<LocalFile> wanted = preupload(changed, large);
    if (wanted.isEmpty() && removals.isEmpty()) {
      return parent;
    }
    List<LocalFile> lfs = wanted.stream().filter(f -> large.contains(f.upload().path())).toList();
    progress.begin(
        "upload " + repo.name(),
        lfs.stream().mapToLong(LocalFile::size).sum(),
        Progress.Unit.BYTES);
    new LfsTransfer(json, repo, branch, progress::advance).send(lfs);
    return post(parent, message, wanted, large, removals);
  }

  private List<LocalFile> preupload(List<LocalFile> files, Set<String> large) {
    Set<String> ignored = new HashSet<>();
    for (int from = 0; from < files.size(); from += PREUPLOAD_BATCH) {
      ObjectNode request = json.object();
      ArrayNode list = request.putArray("files");
      for (LocalFile f : files.subList(from, Math.min(files.size(), from + PREUPLOAD_BATCH))) {
        list.addObject()
            .put("path", f.upload().path())
            .put("size", f.size())
            .put("sample", f.sample());
      }
      JsonNode answer =
          json.send(
              HubCall.json("POST", at("/preupload/"), request.toString()),
              Subject.writing(repo, branch));
      for (JsonNode f : answer.path("files")) {
        if (f.path("uploadMode").asText().equals("lfs")) {
          large.add(f.path("path").asText());
        }
        if (f.path("shouldIgnore").asBoolean()) {
          ignored.add(f.path("path").asText());
        }
      }
    }
    // An empty object cannot be stored by LFS.
    files.stream().filter(f -> f.size() == 0).forEach(f -> large.remove(f.upload().path()));
    return files.stream().filter(f -> !ignored.contains(f.upload().path())).toList();
  }

  private List<ObjectNode> removals(Set<String> remote, List<String> deletions) {
    List<ObjectNode> lines = new ArrayList<>();
    for (String path : deletions) {
      boolean file = remote.contains(path);
      if (file || remote.stream().anyMatch(r -> r.startsWith(path + "/"))) {
        lines.add(line(file ? "deletedFile" : "deletedFolder", json.object().put("path", path)));
      }
    }
    return lines;
  }

  private String post(
      String parent,
      String message,
      List<LocalFile> files,
      Set<String> large,
      List<ObjectNode> removals) {
    Path request = null;
    try {
      request = Files.createTempFile("ingot-commit-", ".ndjson");
      write(request, parent, message, files, large, removals);
      return insist(request, parent, files, removals);
    } catch (IOException e) {
      throw new IngotException(ErrorKind.FAILED, "cannot prepare the commit: " + e, e);
    } finally {
      if (request != null) {
        deleteQuietly(request);
      }
    }
  }

  /** The commit is never sent again before it is clear that the first one did not arrive. */
  private String insist(
      Path request, String parent, List<LocalFile> files, List<ObjectNode> removals) {
    HubCall call =
        HubCall.of("POST", at("/commit/"), () -> body(request))
            .with("Content-Type", "application/x-ndjson")
            .withTimeout(COMMIT_PATIENCE);
    Subject subject = Subject.writing(repo, branch);
    for (int failures = 1; ; failures++) {
      try (HubReply reply = json.http().once(call)) {
        if (reply.isSuccess()) {
          String commit =
              JSON.readTree(reply.body().readNBytes(1 << 20)).path("commitOid").asText();
          if (!HubCache.isCommit(commit)) {
            throw IngotException.failed(reply.uri().getHost() + " answered without a commit id");
          }
          return commit;
        }
        throw json.http().refusal(reply, subject);
      } catch (IOException e) {
        json.http().pauseOrGiveUp(failures, e, call.uri());
        RepoInfo now = new RepoReader(json).info(repo, branch);
        if (!now.commit().equals(parent) && holds(now, files, removals)) {
          return now.commit();
        }
      }
    }
  }

  private static boolean holds(RepoInfo now, List<LocalFile> files, List<ObjectNode> removals) {
    Map<String, RepoFile> there =
        now.files().stream().collect(Collectors.toMap(RepoFile::path, Function.identity()));
    return files.stream()
            .allMatch(
                f -> {
                  RepoFile remote = there.get(f.upload().path());
                  return remote != null && f.sameAs(remote);
                })
        && removals.stream()
            .map(r -> r.path("value").path("path").asText())
            .noneMatch(
                gone ->
                    there.keySet().stream()
                        .anyMatch(p -> p.equals(gone) || p.startsWith(gone + "/")));
  }

  private void write(
      Path request,
      String parent,
      String message,
      List<LocalFile> files,
      Set<String> large,
      List<ObjectNode> removals)
      throws IOException {
    int lineEnd = message.indexOf('\n');
    String summary = lineEnd < 0 ? message : message.substring(0, lineEnd);
    String description = lineEnd < 0 ? "" : message.substring(lineEnd + 1).strip();
    try (OutputStream out = new java.io.BufferedOutputStream(Files.newOutputStream(request))) {
      ObjectNode header =
          json.object()
              .put("summary", summary)
              .put("description", description)
              .put("parentCommit", parent);
      writeLine(out, line("header", header));
      for (LocalFile file : files) {
        if (large.contains(file.upload().path())) {
          ObjectNode value =
              json.object()
                  .put("path", file.upload().path())
                  .put("algo", "sha256")
                  .put("oid", file.sha256())
                  .put("size", file.size());
          writeLine(out, line("lfsFile", value));
        } else {
          writeContent(out, file);
        }
      }
      for (ObjectNode removal : removals) {
        writeLine(out, removal);
      }
    }
  }

  /** The content goes through Base64 as a stream, never whole into memory. */
  private static void writeContent(OutputStream out, LocalFile file) throws IOException {
    out.write("{\"key\":\"file\",\"value\":{\"content\":\"".getBytes(StandardCharsets.US_ASCII));
    try (InputStream in = Files.newInputStream(file.upload().file())) {
      Base64.Encoder base64 = Base64.getEncoder();
      byte[] buffer = new byte[3 << 14];
      for (int read = in.readNBytes(buffer, 0, buffer.length);
          read > 0;
          read = in.readNBytes(buffer, 0, buffer.length)) {
        out.write(base64.encode(java.util.Arrays.copyOf(buffer, read)));
      }
    }
    out.write("\",\"path\":".getBytes(StandardCharsets.US_ASCII));
    out.write(JSON.writeValueAsBytes(file.upload().path()));
    out.write(",\"encoding\":\"base64\"}}\n".getBytes(StandardCharsets.US_ASCII));
  }

  private static void writeLine(OutputStream out, JsonNode line) throws IOException {
    out.write(JSON.writeValueAsBytes(line));
    out.write('\n');
  }

  private ObjectNode line(String key, ObjectNode value) {
    ObjectNode line = json.object().put("key", key);
    line.set("value", value);
    return line;
  }

  private URI at(String tail) {
    return urls.repo(repo, tail + HubUrls.encode(branch));
  }

  private static BodyPublisher body(Path request) {
    try {
      return BodyPublishers.ofFile(request);
    } catch (java.io.FileNotFoundException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long totalSize(List<Hub.Upload> uploads) {
    long total = 0;
    for (Hub.Upload upload : uploads) {
      try {
        total += Files.size(upload.file());
      } catch (IOException e) {
        throw IngotException.notFound("there is no file " + upload.file() + " to upload");
      }
    }
    return total;
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It lies in the folder for such files.
    }
  }
}

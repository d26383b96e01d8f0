package io.ingot.hub.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.hub.FileNames;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Pre-upload and commit. */
final class CommitRoute {
  private final HubStore store;

  CommitRoute(HubStore store) {
    this.store = store;
  }

  void preupload(ApiExchange exchange, Repository repository, String revision) throws IOException {
    CommitRecord head = repository.resolve(revision);
    ObjectNode answer = ApiExchange.JSON.createObjectNode();
    ArrayNode files = answer.putArray("files");
    for (JsonNode file : exchange.json().path("files")) {
      String path = checked(file.path("path").asText());
      byte[] sample = decode(file.path("sample").asText(""));
      boolean lfs = LargeFiles.includes(path, file.path("size").asLong(), sample);
      files
          .addObject()
          .put("path", path)
          .put("uploadMode", lfs ? "lfs" : "regular")
          .put("shouldIgnore", false)
          .put("oid", head.file(path).map(TreeEntry::etag).orElse(null));
    }
    answer.put("commitOid", head.id());
    exchange.answer(200, answer);
  }

  void commit(ApiExchange exchange, Repository repository, String branch, String base)
      throws IOException {
    if (exchange.queryFlag("create_pr")) {
      throw ApiError.badRequest("This Hub has no pull requests");
    }
    if (!repository.state().branches().containsKey(branch)) {
      throw ApiError.noRevision(branch);
    }
    Request request = read(exchange);
    CommitRecord made = repository.exclusively(() -> apply(repository, branch, request));
    ObjectNode answer =
        ApiExchange.JSON
            .createObjectNode()
            .put("success", true)
            .put("commitOid", made.id())
            .put("commitUrl", base + "/commit/" + made.id());
    answer.putNull("pullRequestUrl");
    answer.put("hookOutput", "");
    exchange.answer(200, answer);
  }

  /** What is asked for; contents are in the store already. */
  private record Request(
      String title,
      String message,
      Optional<String> parent,
      List<Consumer<TreeMap<String, TreeEntry>>> changes) {}

  private Request read(ApiExchange exchange) throws IOException {
    String title = "";
    String message = "";
    Optional<String> parent = Optional.empty();
    List<Consumer<TreeMap<String, TreeEntry>>> changes = new ArrayList<>();
    try (MappingIterator<JsonNode> lines =
        ApiExchange.JSON.readerFor(JsonNode.class).readValues(exchange.body())) {
      while (lines.hasNextValue()) {
        JsonNode line = lines.nextValue();
        JsonNode value = line.path("value");
        switch (line.path("key").asText()) {
          case "header" -> {
            title = value.path("summary").asText();
            message = value.path("description").asText("");
            parent = Optional.ofNullable(value.path("parentCommit").asText(null));
          }
          case "file" -> changes.add(put(regular(value)));
          case "lfsFile" -> changes.add(put(large(value)));
          case "deletedFile" -> {
            String path = value.path("path").asText();
            changes.add(
                files -> {
                  if (files.remove(path) == null) {
                    throw ApiError.noEntry(path);
                  }
                });
          }
          case "deletedFolder" -> {
            String prefix = value.path("path").asText().replaceAll("/+$", "") + "/";
            changes.add(files -> files.keySet().removeIf(p -> p.startsWith(prefix)));
          }
          default ->
              throw ApiError.badRequest("unknown operation '" + line.path("key").asText() + "'");
        }
      }
    } catch (JsonProcessingException e) {
      throw ApiError.badRequest("a line of the commit is no JSON");
    }
    if (title.isBlank()) {
      throw ApiError.badRequest("a commit needs a summary");
    }
    return new Request(title, message, parent, changes);
  }

  private CommitRecord apply(Repository repository, String branch, Request request)
      throws IOException {
    CommitRecord head = repository.resolve("refs/heads/" + branch);
    if (request.parent().filter(p -> !head.id().startsWith(p)).isPresent()) {
      throw new ApiError(
          412,
          Optional.empty(),
          "A commit has happened since. Please refresh and try again. (head is " + head.id() + ")");
    }
    TreeMap<String, TreeEntry> files = new TreeMap<>();
    head.files().forEach(f -> files.put(f.path(), f));
    for (Consumer<TreeMap<String, TreeEntry>> change : request.changes()) {
      change.accept(files);
    }
    List<TreeEntry> entries = List.copyOf(files.values());
    if (entries.equals(head.files())) {
      return head;
    }
    checkTogether(entries);
    CommitRecord commit =
        CommitRecord.of(
            Optional.of(head.id()),
            request.title(),
            request.message(),
            HubStore.now(),
            Access.USER,
            entries);
    repository.keep(commit);
    repository.update(s -> s.withBranch(branch, commit.id()));
    return commit;
  }

  /** A file cannot be a folder too. */
  private static void checkTogether(List<TreeEntry> entries) {
    String previous = "";
    for (String path : entries.stream().map(e -> e.path() + "/").sorted().toList()) {
      if (!previous.isEmpty() && path.startsWith(previous)) {
        throw ApiError.badRequest("'" + previous + "' cannot be a file and a folder");
      }
      previous = path;
    }
  }

  private static Consumer<TreeMap<String, TreeEntry>> put(TreeEntry entry) {
    return files -> files.put(entry.path(), entry);
  }

  private TreeEntry regular(JsonNode value) throws IOException {
    String path = checked(value.path("path").asText());
    String text = value.path("content").asText();
    byte[] content =
        value.path("encoding").asText("base64").equals("base64")
            ? decode(text)
            : text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return TreeEntry.of(
        path,
        store.contents().put(new ByteArrayInputStream(content), content.length, Optional.empty()),
        false);
  }

  private TreeEntry large(JsonNode value) throws IOException {
    String path = checked(value.path("path").asText());
    String sha256 = value.path("oid").asText();
    if (!ContentStore.isSha256(sha256)) {
      throw ApiError.badRequest("'" + path + "' has no SHA-256");
    }
    java.nio.file.Path content = store.contents().path(sha256);
    long size =
        value.hasNonNull("size")
            ? value.path("size").asLong()
            : java.nio.file.Files.exists(content) ? java.nio.file.Files.size(content) : -1;
    if (!store.contents().has(sha256, size)) {
      throw ApiError.badRequest(
          "'" + path + "': the content with SHA-256 " + sha256 + " was not uploaded");
    }
    return TreeEntry.of(path, new StoredContent(sha256, "", size), true);
  }

  private static String checked(String path) {
    Optional<String> objection = FileNames.objection(path);
    if (objection.isPresent()) {
      throw ApiError.badRequest("Invalid path: '" + path + "' " + objection.get());
    }
    return path;
  }

  private static byte[] decode(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw ApiError.badRequest("a content is no Base64");
    }
  }
}

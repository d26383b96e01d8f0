package io.ingot.hub.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.hub.CardFrontMatter;
import io.ingot.hub.RepoId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The description of a repository as the API gives it. */
final class RepoPages {
  private static final int CARD_LIMIT = 4 << 20;

  private final ContentStore contents;

  RepoPages(ContentStore contents) {
    this.contents = contents;
  }

  ObjectNode info(Repository repository, CommitRecord commit, boolean blobs) throws IOException {
    RepoId id = repository.id();
    ObjectNode node = ApiExchange.JSON.createObjectNode();
    node.put("_id", commit.id().substring(0, 24));
    node.put("id", id.name());
    node.put(id.type() == RepoId.Type.MODEL ? "modelId" : "datasetId", id.name());
    node.put("author", id.name().substring(0, id.name().indexOf('/')));
    node.put("sha", commit.id());
    node.put("lastModified", commit.date());
    node.put("createdAt", repository.state().created());
    node.put("private", repository.state().isPrivate());
    node.put("gated", false);
    node.put("disabled", false);
    node.put("downloads", 0);
    node.put("likes", 0);
    JsonNode card = card(commit);
    Set<String> tags = new LinkedHashSet<>();
    addTags(tags, "", card.path("tags"));
    addTags(tags, "", card.path("library_name"));
    addTags(tags, "license:", card.path("license"));
    addTags(tags, "base_model:", card.path("base_model"));
    addTags(tags, "dataset:", card.path("datasets"));
    addTags(tags, "language:", card.path("language"));
    ArrayNode tagList = node.putArray("tags");
    tags.forEach(tagList::add);
    if (card.isObject()) {
      node.set("cardData", card);
      for (String key : new String[] {"library_name", "pipeline_tag"}) {
        if (card.path(key).isTextual()) {
          node.set(key, card.path(key));
        }
      }
    }
    if (id.type() == RepoId.Type.MODEL) {
      config(commit).ifPresent(c -> node.set("config", c));
    }
    node.put("usedStorage", commit.files().stream().mapToLong(TreeEntry::size).sum());
    ArrayNode siblings = node.putArray("siblings");
    for (TreeEntry file : commit.files()) {
      ObjectNode sibling = siblings.addObject().put("rfilename", file.path());
      if (blobs) {
        sibling.put("size", file.size()).put("blobId", file.oid());
        if (file.lfs()) {
          sibling
              .putObject("lfs")
              .put("sha256", file.sha256())
              .put("size", file.size())
              .put("pointerSize", pointerSize(file));
        }
      }
    }
    return node;
  }

  /** A file as listings of trees describe it. */
  static ObjectNode file(TreeEntry file) {
    ObjectNode node = ApiExchange.JSON.createObjectNode();
    node.put("type", "file").put("oid", file.oid()).put("size", file.size());
    if (file.lfs()) {
      node.putObject("lfs")
          .put("oid", file.sha256())
          .put("size", file.size())
          .put("pointerSize", pointerSize(file));
    }
    return node.put("path", file.path());
  }

  static ObjectNode folder(String path, String oid) {
    return ApiExchange.JSON
        .createObjectNode()
        .put("type", "directory")
        .put("oid", oid)
        .put("size", 0)
        .put("path", path);
  }

  static ObjectNode commit(CommitRecord commit) {
    ObjectNode node =
        ApiExchange.JSON
            .createObjectNode()
            .put("id", commit.id())
            .put("title", commit.title())
            .put("message", commit.message())
            .put("date", commit.date());
    node.putArray("authors").addObject().put("user", commit.author());
    return node;
  }

  private static int pointerSize(TreeEntry file) {
    return GitObjects.pointer(file.sha256(), file.size()).length;
  }

  private JsonNode card(CommitRecord commit) throws IOException {
    return text(commit, "README.md").map(CardFrontMatter::of).orElseGet(CardFrontMatter::none);
  }

  private Optional<JsonNode> config(CommitRecord commit) throws IOException {
    Optional<String> text = text(commit, "config.json");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode config = ApiExchange.JSON.createObjectNode();
    try {
      JsonNode whole = ApiExchange.JSON.readTree(text.get());
      for (Map.Entry<String, JsonNode> entry : whole.properties()) {
        if (entry.getKey().equals("architectures") || entry.getKey().equals("model_type")) {
          config.set(entry.getKey(), entry.getValue());
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.of(config);
  }

  private Optional<String> text(CommitRecord commit, String path) throws IOException {
    Optional<TreeEntry> file = commit.file(path).filter(f -> f.size() <= CARD_LIMIT);
    return file.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new String(
                Files.readAllBytes(contents.path(file.get().sha256())), StandardCharsets.UTF_8));
  }

  private static void addTags(Set<String> tags, String prefix, JsonNode value) {
    if (value.isTextual()) {
      tags.add(prefix + value.asText());
    } else if (value.isArray()) {
      value.forEach(v -> tags.add(prefix + v.asText()));
    }
  }
}

package io.ingot.hub.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.hub.RepoId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Listings and descriptions: what a repository holds. */
final class ReadRoutes {
  private static final int PAGE = 1000;

  private final HubStore store;
  private final RepoPages pages;

  ReadRoutes(HubStore store) {
    this.store = store;
    this.pages = new RepoPages(store.contents());
  }

  void list(ApiExchange exchange, RepoId.Type type, boolean owner) throws IOException {
    String search = exchange.query("search").orElse("");
    Optional<String> author = exchange.query("author");
    ArrayNode all = ApiExchange.JSON.createArrayNode();
    for (Repository repository : store.all(type)) {
      String name = repository.id().name();
      boolean visible = owner || !repository.state().isPrivate();
      if (visible
          && name.contains(search)
          && author.map(a -> name.startsWith(a + "/")).orElse(true)) {
        all.add(pages.info(repository, repository.resolve(Repository.MAIN), false));
      }
    }
    exchange.answer(200, all);
  }

  void info(ApiExchange exchange, Repository repository, String revision) throws IOException {
    exchange.answer(
        200, pages.info(repository, repository.resolve(revision), exchange.queryFlag("blobs")));
  }

  void tree(ApiExchange exchange, Repository repository, String revision, String folder)
      throws IOException {
    CommitRecord commit = repository.resolve(revision);
    String prefix = folder.isEmpty() ? "" : folder + "/";
    boolean recursive = exchange.queryFlag("recursive");
    SortedMap<String, String> folders = GitObjects.treeOids(commit.files());
    if (!folder.isEmpty() && !folders.containsKey(folder)) {
      throw ApiError.noEntry(folder);
    }
    List<ObjectNode> nodes = new ArrayList<>();
    for (Map.Entry<String, String> each : folders.entrySet()) {
      if (isListed(each.getKey(), prefix, recursive)) {
        nodes.add(RepoPages.folder(each.getKey(), each.getValue()));
      }
    }
    for (TreeEntry file : commit.files()) {
      if (isListed(file.path(), prefix, recursive)) {
        nodes.add(RepoPages.file(file));
      }
    }
    if (exchange.queryFlag("expand")) {
      addLastCommits(repository, commit, nodes);
    }
    page(exchange, nodes);
  }

  void pathsInfo(ApiExchange exchange, Repository repository, String revision) throws IOException {
    CommitRecord commit = repository.resolve(revision);
    SortedMap<String, String> folders = GitObjects.treeOids(commit.files());
    List<ObjectNode> nodes = new ArrayList<>();
    Map<String, List<String>> form = exchange.form();
    for (String path : form.getOrDefault("paths", List.of())) {
      Optional<TreeEntry> file = commit.file(path);
      if (file.isPresent()) {
        nodes.add(RepoPages.file(file.get()));
      } else if (!path.isEmpty() && folders.containsKey(path)) {
        nodes.add(RepoPages.folder(path, folders.get(path)));
      }
    }
    if (form.getOrDefault("expand", List.of()).stream().anyMatch(Boolean::parseBoolean)) {
      addLastCommits(repository, commit, nodes);
    }
    exchange.answer(200, ApiExchange.JSON.createArrayNode().addAll(nodes));
  }

  void refs(ApiExchange exchange, Repository repository) throws IOException {
    ObjectNode node = ApiExchange.JSON.createObjectNode();
    addRefs(node.putArray("branches"), "refs/heads/", repository.state().branches());
    node.putArray("converts");
    addRefs(node.putArray("tags"), "refs/tags/", repository.state().tags());
    node.putArray("pullRequests");
    exchange.answer(200, node);
  }

  void commits(ApiExchange exchange, Repository repository, String revision) throws IOException {
    page(
        exchange,
        repository.history(repository.resolve(revision)).stream().map(RepoPages::commit).toList());
  }

  private static boolean isListed(String path, String prefix, boolean recursive) {
    return path.length() > prefix.length()
        && path.startsWith(prefix)
        && (recursive || path.indexOf('/', prefix.length()) < 0);
  }

  private static void addRefs(ArrayNode list, String prefix, Map<String, String> refs) {
    refs.forEach(
        (name, commit) ->
            list.addObject()
                .put("name", name)
                .put("ref", prefix + name)
                .put("targetCommit", commit));
  }

  /** Names the newest commit that gave each file its content. */
  private static void addLastCommits(
      Repository repository, CommitRecord head, List<ObjectNode> nodes) throws IOException {
    List<CommitRecord> history = repository.history(head);
    for (ObjectNode node : nodes) {
      String path = node.path("path").asText();
      Optional<String> oid = head.file(path).map(TreeEntry::oid);
      CommitRecord last = head;
      for (CommitRecord older : history) {
        if (oid.isEmpty() || !older.file(path).map(TreeEntry::oid).equals(oid)) {
          break;
        }
        last = older;
      }
      node.putObject("lastCommit")
          .put("id", last.id())
          .put("title", last.title())
          .put("date", last.date());
    }
  }

  private static void page(ApiExchange exchange, List<ObjectNode> nodes) throws IOException {
    int from;
    try {
      from = Integer.parseInt(exchange.query("cursor").orElse("0"));
    } catch (NumberFormatException e) {
      throw ApiError.badRequest("the cursor is none of this Hub");
    }
    int start = Math.clamp(from, 0, nodes.size());
    int end = Math.min(nodes.size(), start + PAGE);
    if (end < nodes.size()) {
      String rest = exchange.rawQuery().replaceAll("(?:^|&)cursor=[^&]*", "");
      String query = (rest.isEmpty() ? "" : rest + "&") + "cursor=" + end;
      exchange.answerHeader(
          "Link", "<" + exchange.base("") + exchange.pathWith(query) + ">; rel=\"next\"");
    }
    exchange.answer(200, ApiExchange.JSON.createArrayNode().addAll(nodes.subList(start, end)));
  }
}

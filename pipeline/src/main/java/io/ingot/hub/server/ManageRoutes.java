package io.ingot.hub.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.hub.FileNames;
import io.ingot.hub.RepoId;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** Repositories, branches and tags come and go. */
final class ManageRoutes {
  private final HubStore store;

  ManageRoutes(HubStore store) {
    this.store = store;
  }

  void create(ApiExchange exchange, String base) throws IOException {
    JsonNode request = exchange.json();
    RepoId id = id(request);
    boolean isPrivate =
        request.path("private").asBoolean()
            || request.path("visibility").asText().equals("private");
    String url = base + "/" + prefix(id) + id.name();
    ObjectNode answer = ApiExchange.JSON.createObjectNode().put("url", url).put("name", id.name());
    try {
      store.create(id, isPrivate, Access.USER);
      exchange.answer(200, answer);
    } catch (ApiError e) {
      // Callers for whom an existing repository will do read the address of the refusal too.
      exchange.answer(e.status(), answer.put("error", e.getMessage()));
    }
  }

  void delete(ApiExchange exchange) throws IOException {
    RepoId id = id(exchange.json());
    if (store.find(id).isEmpty()) {
      throw ApiError.noRepository();
    }
    store.delete(id);
    exchange.answer(200, ApiExchange.JSON.createObjectNode());
  }

  void move(ApiExchange exchange) throws IOException {
    JsonNode request = exchange.json();
    String type = request.path("type").asText("model");
    store.rename(
        id(type, request.path("fromRepo").asText()), id(type, request.path("toRepo").asText()));
    exchange.answer(200, ApiExchange.JSON.createObjectNode());
  }

  /** Makes the branch one commit without a past; the old commits stay readable by their ids. */
  void squash(ApiExchange exchange, Repository repository, String branch) throws IOException {
    String title = exchange.json().path("message").asText("Super-squash branch '" + branch + "'");
    repository.exclusively(
        () -> {
          CommitRecord head = repository.resolve("refs/heads/" + branch);
          CommitRecord root =
              CommitRecord.of(
                  Optional.empty(), title, "", HubStore.now(), Access.USER, head.files());
          repository.keep(root);
          repository.update(s -> s.withBranch(branch, root.id()));
          return root;
        });
    exchange.answer(200, ApiExchange.JSON.createObjectNode().put("success", true));
  }

  void settings(ApiExchange exchange, Repository repository) throws IOException {
    JsonNode request = exchange.json();
    if (request.hasNonNull("private") || request.hasNonNull("visibility")) {
      boolean isPrivate =
          request.path("private").asBoolean()
              || request.path("visibility").asText().equals("private");
      repository.update(s -> s.withPrivate(isPrivate));
    }
    if (request.hasNonNull("gated") && !request.path("gated").asText().equals("false")) {
      throw ApiError.badRequest("This Hub has no gated repositories");
    }
    exchange.answer(
        200, ApiExchange.JSON.createObjectNode().put("private", repository.state().isPrivate()));
  }

  void createBranch(ApiExchange exchange, Repository repository, String name) throws IOException {
    checkName(name);
    JsonNode request = exchange.json();
    String start = request.path("startingPoint").asText(Repository.MAIN);
    String commit = repository.resolve(start).id();
    repository.exclusively(
        () -> {
          if (repository.state().branches().containsKey(name)) {
            throw ApiError.conflict("Reference already exists: " + name);
          }
          repository.update(s -> s.withBranch(name, commit));
          return name;
        });
    exchange.answer(201, ApiExchange.JSON.createObjectNode().put("success", true));
  }

  void deleteBranch(ApiExchange exchange, Repository repository, String name) throws IOException {
    if (name.equals(Repository.MAIN)) {
      throw new ApiError(403, Optional.empty(), "The branch main cannot be deleted");
    }
    if (!repository.state().branches().containsKey(name)) {
      throw ApiError.noRevision(name);
    }
    repository.update(s -> s.withoutBranch(name));
    exchange.answer(200, ApiExchange.JSON.createObjectNode());
  }

  void createTag(ApiExchange exchange, Repository repository, String revision) throws IOException {
    String name = exchange.json().path("tag").asText();
    checkName(name);
    String commit = repository.resolve(revision).id();
    repository.exclusively(
        () -> {
          if (repository.state().tags().containsKey(name)) {
            throw ApiError.conflict("Tag already exists: " + name);
          }
          repository.update(s -> s.withTag(name, commit));
          return name;
        });
    exchange.answer(201, ApiExchange.JSON.createObjectNode().put("success", true));
  }

  void deleteTag(ApiExchange exchange, Repository repository, String name) throws IOException {
    if (!repository.state().tags().containsKey(name)) {
      throw ApiError.noRevision(name);
    }
    repository.update(s -> s.withoutTag(name));
    exchange.answer(200, ApiExchange.JSON.createObjectNode());
  }

  void whoami(ApiExchange exchange) throws IOException {
    if (exchange.header("Authorization").isEmpty()) {
      throw ApiError.unauthorized("Invalid username or password.");
    }
    ObjectNode answer =
        ApiExchange.JSON
            .createObjectNode()
            .put("type", "user")
            .put("id", Access.USER)
            .put("name", Access.USER)
            .put("fullname", "Ingot Hub")
            .put("isPro", false);
    answer.putArray("orgs");
    answer
        .putObject("auth")
        .put("type", "access_token")
        .putObject("accessToken")
        .put("displayName", "hub serve")
        .put("role", "write");
    exchange.answer(200, answer);
  }

  /** {@code datasets/} for a dataset, nothing for a model. */
  static String prefix(RepoId id) {
    return id.type() == RepoId.Type.MODEL ? "" : id.type().plural() + "/";
  }

  private static RepoId id(JsonNode request) {
    String name = request.path("name").asText();
    boolean whole = name.contains("/");
    String organization =
        request.hasNonNull("organization") ? request.path("organization").asText() : Access.USER;
    return id(request.path("type").asText("model"), whole ? name : organization + "/" + name);
  }

  private static RepoId id(String type, String name) {
    RepoId.Type known =
        switch (type.toLowerCase(Locale.ROOT)) {
          case "model", "null" -> RepoId.Type.MODEL;
          case "dataset" -> RepoId.Type.DATASET;
          default -> throw ApiError.badRequest("This Hub holds models and datasets, no " + type);
        };
    if (!name.contains("/")) {
      throw ApiError.badRequest("'" + name + "' lacks its organization");
    }
    try {
      return new RepoId(known, name);
    } catch (IngotException e) {
      throw ApiError.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private static void checkName(String name) {
    if (FileNames.objection(name).isPresent()
        || name.startsWith("-")
        || name.startsWith("refs/")
        || name.matches("[0-9a-f]{40}")) {
      throw ApiError.badRequest("'" + name + "' is no name for a branch or tag");
    }
  }
}

package io.ingot.hub.server;

import io.ingot.error.IngotException;
import io.ingot.hub.RepoId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds what a request means. */
final class Router {
  private static final Logger LOG = LoggerFactory.getLogger(Router.class);

  private final HubStore store;
  private final Access access;
  private final String own;
  private final ReadRoutes read;
  private final ResolveRoute resolve;
  private final CommitRoute commit;
  private final LfsRoutes lfs;
  private final ManageRoutes manage;

  Router(HubStore store, Access access, String own) {
    this.store = store;
    this.access = access;
    this.own = own;
    this.read = new ReadRoutes(store);
    this.resolve = new ResolveRoute(store.contents());
    this.commit = new CommitRoute(store);
    this.lfs = new LfsRoutes(store.contents());
    this.manage = new ManageRoutes(store);
  }

  void route(ApiExchange exchange) throws IOException {
    List<String> path = exchange.segments();
    switch (path.getFirst()) {
      case "api" -> api(exchange, path.subList(1, path.size()));
      case "lfs" -> lfs(exchange, path.subList(1, path.size()));
      case "datasets" -> content(exchange, RepoId.Type.DATASET, path.subList(1, path.size()));
      default -> content(exchange, RepoId.Type.MODEL, path);
    }
  }

  private void api(ApiExchange exchange, List<String> path) throws IOException {
    String call = exchange.method() + " " + String.join("/", path);
    switch (call) {
      case "GET whoami-v2" -> {
        access.isOwner(exchange);
        manage.whoami(exchange);
      }
      case "POST repos/create" -> {
        access.requireOwner(exchange);
        manage.create(exchange, exchange.base(own));
      }
      case "DELETE repos/delete" -> {
        access.requireOwner(exchange);
        manage.delete(exchange);
      }
      case "POST repos/move" -> {
        access.requireOwner(exchange);
        manage.move(exchange);
      }
      case "POST validate-yaml" -> validateCard(exchange);
      case "GET models" -> read.list(exchange, RepoId.Type.MODEL, access.isOwner(exchange));
      case "GET datasets" -> read.list(exchange, RepoId.Type.DATASET, access.isOwner(exchange));
      default -> {
        RepoId.Type type = type(path.getFirst());
        if (path.size() < 3) {
          throw ApiError.noRoute();
        }
        repository(
            exchange, find(exchange, type, path.get(1), path.get(2)), path.subList(3, path.size()));
      }
    }
  }

  private void repository(ApiExchange exchange, Repository repository, List<String> rest)
      throws IOException {
    String verb = exchange.method() + " " + (rest.isEmpty() ? "" : rest.getFirst());
    String name = rest.size() < 2 ? Repository.MAIN : rest.get(1);
    String tail = rest.size() < 2 ? "" : String.join("/", rest.subList(1, rest.size()));
    switch (verb) {
      case "GET " -> read.info(exchange, repository, Repository.MAIN);
      case "GET revision" -> read.info(exchange, repository, name);
      case "GET tree" ->
          read.tree(
              exchange,
              repository,
              name,
              rest.size() < 3 ? "" : String.join("/", rest.subList(2, rest.size())));
      case "POST paths-info" -> read.pathsInfo(exchange, repository, name);
      case "GET refs" -> read.refs(exchange, repository);
      case "GET commits" -> read.commits(exchange, repository, name);
      case "GET auth-check" -> {
        if (tail.equals("write")) {
          access.requireOwner(exchange);
        }
        exchange.answer(200, ApiExchange.JSON.createObjectNode());
      }
      case "GET xet-read-token", "GET xet-write-token" -> {
        LOG.warn(
            "a client wants Xet storage, which this Hub has not: it needs HF_HUB_DISABLE_XET=1");
        throw new ApiError(
            501,
            Optional.empty(),
            "This Hub has no Xet storage; set HF_HUB_DISABLE_XET=1 to upload by LFS");
      }
      default -> {
        access.requireOwner(exchange);
        change(exchange, repository, verb, tail);
      }
    }
  }

  private void change(ApiExchange exchange, Repository repository, String verb, String tail)
      throws IOException {
    switch (verb) {
      case "POST preupload" -> commit.preupload(exchange, repository, tail);
      case "POST commit" ->
          commit.commit(
              exchange,
              repository,
              tail,
              exchange.base(own)
                  + "/"
                  + ManageRoutes.prefix(repository.id())
                  + repository.id().name());
      case "PUT settings" -> manage.settings(exchange, repository);
      case "POST branch" -> manage.createBranch(exchange, repository, tail);
      case "DELETE branch" -> manage.deleteBranch(exchange, repository, tail);
      case "POST super-squash" -> manage.squash(exchange, repository, tail);
      case "POST tag" -> manage.createTag(exchange, repository, tail);
      case "DELETE tag" -> manage.deleteTag(exchange, repository, tail);
      default -> throw ApiError.noRoute();
    }
  }

  /** {@code ORG/NAME/resolve/REVISION/PATH} and {@code ORG/NAME.git/info/lfs/objects/batch}. */
  private void content(ApiExchange exchange, RepoId.Type type, List<String> path)
      throws IOException {
    boolean reading = exchange.method().equals("GET") || exchange.method().equals("HEAD");
    if (path.size() >= 5 && path.get(2).equals("resolve") && reading) {
      Repository repository = find(exchange, type, path.get(0), path.get(1));
      resolve.run(
          exchange, repository, path.get(3), String.join("/", path.subList(4, path.size())));
    } else if (path.size() == 6
        && path.get(1).endsWith(".git")
        && String.join("/", path.subList(2, 6)).equals("info/lfs/objects/batch")
        && exchange.method().equals("POST")) {
      String name = path.get(1).substring(0, path.get(1).length() - ".git".length());
      find(exchange, type, path.get(0), name);
      access.requireOwner(exchange);
      lfs.batch(exchange, exchange.base(own));
    } else {
      throw ApiError.noRoute();
    }
  }

  private void lfs(ApiExchange exchange, List<String> path) throws IOException {
    if (path.size() == 1 && exchange.method().equals("PUT") && ContentStore.isSha256(path.get(0))) {
      lfs.put(exchange, path.getFirst());
    } else if (path.size() == 2
        && exchange.method().equals("POST")
        && path.get(1).equals("verify")
        && ContentStore.isSha256(path.get(0))) {
      access.requireOwner(exchange);
      lfs.verify(exchange, path.getFirst());
    } else {
      throw ApiError.noRoute();
    }
  }

  /** The card is judged by our own lint, not here. */
  private static void validateCard(ApiExchange exchange) throws IOException {
    exchange.json();
    var answer = ApiExchange.JSON.createObjectNode();
    answer.putArray("errors");
    answer.putArray("warnings");
    exchange.answer(200, answer);
  }

  private Repository find(
      ApiExchange exchange, RepoId.Type type, String organization, String name) {
    boolean owner = access.isOwner(exchange);
    try {
      return store
          .find(new RepoId(type, organization + "/" + name))
          .filter(r -> owner || !r.state().isPrivate())
          .orElseThrow(ApiError::noRepository);
    } catch (IngotException e) {
      throw ApiError.noRepository();
    }
  }

  private static RepoId.Type type(String plural) {
    return switch (plural) {
      case "models" -> RepoId.Type.MODEL;
      case "datasets" -> RepoId.Type.DATASET;
      default -> throw ApiError.noRoute();
    };
  }
}

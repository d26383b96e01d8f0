package io.ingot.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import java.util.ArrayList;
import java.util.List;

/** Reads what a repository is: its commit, its card and its files. Thread-safe. */
final class RepoReader {
  private final HubJson json;
  private final HubUrls urls;

  RepoReader(HubJson json) {
    this.json = json;
    this.urls = new HubUrls(json.http().config().endpoint());
  }

  /** The revision is resolved once; files are listed at the commit that it had. */
  RepoInfo info(RepoId repo, String revision) {
    JsonNode answer =
        json.send(
            HubCall.get(urls.repo(repo, "/revision/" + HubUrls.encode(revision))),
            Subject.of(repo, revision));
    String commit = answer.path("sha").asText();
    if (!HubCache.isCommit(commit)) {
      throw IngotException.failed(
          json.http().config().endpoint().getHost()
              + " names no commit for '"
              + repo.name()
              + "' at '"
              + revision
              + "'");
    }
    List<String> tags = new ArrayList<>();
    answer.path("tags").forEach(t -> tags.add(t.asText()));
    JsonNode gated = answer.path("gated");
    return new RepoInfo(
        repo,
        commit,
        answer.path("private").asBoolean(),
        gated.isTextual() ? !gated.asText().equals("false") : gated.asBoolean(),
        List.copyOf(tags),
        answer.hasNonNull("cardData") ? answer.path("cardData") : CardFrontMatter.none(),
        files(repo, commit));
  }

  List<RepoFile> files(RepoId repo, String commit) {
    List<RepoFile> files = new ArrayList<>();
    json.pages(
        urls.repo(repo, "/tree/" + commit + "?recursive=true&expand=false"),
        Subject.of(repo, commit),
        page -> files.addAll(TreeListing.ofPage(page, where(repo))));
    FileNames.check(files.stream().map(RepoFile::path).toList(), where(repo));
    return List.copyOf(files);
  }

  List<Hub.Commit> commits(RepoId repo, String revision) {
    List<Hub.Commit> commits = new ArrayList<>();
    json.pages(
        urls.repo(repo, "/commits/" + HubUrls.encode(revision)),
        Subject.of(repo, revision),
        page ->
            page.forEach(
                c ->
                    commits.add(
                        new Hub.Commit(
                            c.path("id").asText(),
                            c.path("title").asText(),
                            c.path("message").asText()))));
    return List.copyOf(commits);
  }

  private static String where(RepoId repo) {
    return Subject.text(repo);
  }
}

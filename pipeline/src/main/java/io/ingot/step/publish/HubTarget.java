package io.ingot.step.publish;

import io.ingot.card.CardFolder;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.hub.RepoFile;
import io.ingot.hub.RepoId;
import io.ingot.hub.RepoInfo;
import io.ingot.step.StepContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A repository of the Hub. A publication is one commit whose message names its subject, so that any
 * later attempt finds it, whatever became of the answer to the first.
 */
final class HubTarget implements Target {
  private static final String TRAILER = "Ingot-Subject: ";

  private final StepContext context;
  private final Hub hub;
  private final RepoId repo;
  private final PublishParameters parameters;
  private final String subject;

  HubTarget(StepContext context, String name, PublishParameters parameters, String subject) {
    this.context = context;
    this.hub = context.hub();
    this.repo = RepoId.model(name);
    this.parameters = parameters;
    this.subject = subject;
  }

  @Override
  public String name() {
    return "hub:" + repo.name();
  }

  @Override
  public @Nullable Publication find(Publishable publishable) throws IOException {
    Optional<RepoInfo> head = head();
    if (head.isEmpty()) {
      return null;
    }
    for (Hub.Commit commit : hub.commits(repo, parameters.revision())) {
      if (names(commit, subject)) {
        return new Publication(commit.id(), true);
      }
    }
    // The trailer may be lost where somebody squashed the history; the files cannot lie.
    return differences(publishable, head.get()).isEmpty()
        ? new Publication(head.get().commit(), true)
        : null;
  }

  @Override
  public Publication publish(Publishable publishable) throws IOException, InterruptedException {
    hub.create(repo, parameters.visibility() == PublishParameters.Visibility.PRIVATE);
    Optional<RepoInfo> head = head();
    if (head.isEmpty() && !parameters.revision().equals("main")) {
      throw IngotException.notFound(
          "repository "
              + repo.name()
              + " has no branch '"
              + parameters.revision()
              + "'; create it");
    }
    List<Hub.Upload> uploads = new ArrayList<>();
    publishable.files().forEach((path, file) -> uploads.add(new Hub.Upload(path, file)));
    context.checkCancelled();
    String commit =
        hub.commit(
            repo,
            parameters.revision(),
            head.map(RepoInfo::commit),
            "Publish " + publishable.card().title() + "\n\n" + TRAILER + subject,
            uploads,
            head.map(info -> outdated(publishable, info)).orElse(List.of()),
            context.progress());
    return new Publication(commit, false);
  }

  @Override
  public void verify(Publishable publishable, Publication publication) throws IOException {
    RepoInfo info = hub.info(repo, publication.receipt());
    List<String> wrong = differences(publishable, info);
    if (!wrong.isEmpty()) {
      throw IngotException.failed(
          "commit %s of %s does not hold what was sent: %s"
              .formatted(publication.receipt(), repo.name(), String.join(", ", wrong)));
    }
  }

  @Override
  public String describe(Publication publication) {
    String commit = publication.receipt();
    return repo.name() + " commit " + commit.substring(0, Math.min(12, commit.length()));
  }

  private Optional<RepoInfo> head() {
    try {
      return Optional.of(hub.info(repo, parameters.revision()));
    } catch (IngotException e) {
      if (e.kind() == ErrorKind.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static boolean names(Hub.Commit commit, String subject) {
    return (commit.title() + "\n" + commit.message())
        .lines()
        .anyMatch(line -> line.strip().equals(TRAILER + subject));
  }

  /** Files that the last publication put there and this one has no more; others' are left alone. */
  private List<String> outdated(Publishable publishable, RepoInfo head) {
    Optional<String> last =
        hub.commits(repo, parameters.revision()).stream()
            .filter(commit -> (commit.title() + "\n" + commit.message()).contains(TRAILER))
            .map(Hub.Commit::id)
            .findFirst();
    if (last.isEmpty()) {
      return List.of();
    }
    Map<String, String> before = new HashMap<>();
    hub.info(repo, last.get()).files().forEach(file -> before.put(file.path(), file.gitOid()));
    return head.files().stream()
        .filter(file -> !publishable.files().containsKey(file.path()))
        .filter(file -> !file.path().startsWith(".git"))
        .filter(file -> file.gitOid().equals(before.get(file.path())))
        .map(RepoFile::path)
        .sorted()
        .toList();
  }

  /** Paths that are missing there or differ. */
  private static List<String> differences(Publishable publishable, RepoInfo info)
      throws IOException {
    Map<String, RepoFile> there = new HashMap<>();
    info.files().forEach(file -> there.put(file.path(), file));
    List<String> wrong = new ArrayList<>();
    for (CardFolder.Entry entry : publishable.card().files()) {
      RepoFile file = there.get(entry.path());
      Path local = publishable.files().get(entry.path());
      if (file == null) {
        wrong.add(entry.path() + " is missing");
      } else if (file.size() != entry.bytes()
          || local == null
          || !(file.sha256().isPresent()
              ? file.sha256().get().equals(entry.sha256())
              : file.gitOid().equals(GitBlob.sha1(local)))) {
        wrong.add(entry.path() + " differs");
      }
    }
    return wrong;
  }
}

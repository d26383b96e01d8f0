package io.ingot.cli;

import io.ingot.hub.HubClient;
import io.ingot.hub.RepoId;
import io.ingot.hub.RepoInfo;
import io.ingot.hub.WeightFiles;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot pull REPO[@REV]}. */
@Command(
    name = "pull",
    description =
        "Downloads a repository into the cache shared with huggingface_hub; prints its path.")
final class PullCommand extends IngotCommand {
  @Parameters(
      paramLabel = "REPO[@REV]",
      description = "ORG/NAME, with a branch, tag or commit (default: main).")
  String repository = "";

  @Option(names = "--dataset", description = "It is a dataset, not a model.")
  boolean dataset;

  @Override
  public Integer call() {
    int at = repository.indexOf('@');
    String name = at < 0 ? repository : repository.substring(0, at);
    String revision = at < 0 ? "main" : repository.substring(at + 1);
    RepoId id = dataset ? RepoId.dataset(name) : RepoId.model(name);
    try (HubClient hub = HubClient.of(environment())) {
      RepoInfo info = hub.info(id, revision);
      WeightFiles files = WeightFiles.of(info);
      Set<String> wanted = new HashSet<>();
      files.wanted().forEach(f -> wanted.add(f.path()));
      if (!files.note().isEmpty()) {
        console().note(files.note());
      }
      Path snapshot = hub.download(info, f -> wanted.contains(f.path()), console().progress());
      if (json()) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("repo", id.name());
        result.put("commit", info.commit());
        result.put("path", snapshot.toString());
        result.put("files", files.wanted().stream().map(f -> f.path()).toList());
        result.put("skipped", files.pickles().stream().map(f -> f.path()).toList());
        console().result(result);
      } else {
        console().result(snapshot.toString());
      }
    }
    return 0;
  }
}

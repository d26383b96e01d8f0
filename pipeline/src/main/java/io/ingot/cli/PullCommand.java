package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.hub.FilePatterns;
import io.ingot.hub.HubClient;
import io.ingot.hub.RepoFile;
import io.ingot.hub.RepoId;
import io.ingot.hub.RepoInfo;
import io.ingot.hub.WeightFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description = "Only files like this, e.g. '*Q4_K_M.gguf'; may be repeated.")
  List<String> include = List.of();

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description = "No files like this; may be repeated.")
  List<String> exclude = List.of();

  @Override
  public Integer call() {
    int at = repository.indexOf('@');
    String name = at < 0 ? repository : repository.substring(0, at);
    String revision = at < 0 ? "main" : repository.substring(at + 1);
    RepoId id = dataset ? RepoId.dataset(name) : RepoId.model(name);
    try (HubClient hub = HubClient.of(environment())) {
      RepoInfo info = hub.info(id, revision);
      WeightFiles files = WeightFiles.of(info);
      Set<String> wanted = new TreeSet<>();
      files.wanted().stream()
          .map(RepoFile::path)
          .filter(new FilePatterns(include, exclude))
          .forEach(wanted::add);
      if (wanted.isEmpty()) {
        throw IngotException.notFound(
            "no file of '" + id.name() + "' fits --include " + include + " --exclude " + exclude);
      }
      if (!files.note().isEmpty()) {
        console().note(files.note());
      }
      Path snapshot = hub.download(info, f -> wanted.contains(f.path()), console().progress());
      if (json()) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("repo", id.name());
        result.put("commit", info.commit());
        result.put("path", snapshot.toString());
        result.put("files", wanted);
        result.put("skipped", files.pickles().stream().map(RepoFile::path).toList());
        console().result(result);
      } else {
        console().result(snapshot.toString());
      }
    }
    return 0;
  }
}

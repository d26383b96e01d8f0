package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.hub.HubClient;
import io.ingot.hub.RepoId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingot push DIR REPO}. */
@Command(
    name = "push",
    description = "Uploads a folder as one commit; makes the repository when there is none.")
final class PushCommand extends IngotCommand {
  @Parameters(index = "0", paramLabel = "DIR", description = "The folder to upload.")
  Path folder = Path.of("");

  @Parameters(index = "1", paramLabel = "REPO", description = "ORG/NAME.")
  String repository = "";

  @Option(names = "--dataset", description = "It is a dataset, not a model.")
  boolean dataset;

  @Option(names = "--public", description = "Make a new repository public (default: private).")
  boolean isPublic;

  @Option(
      names = "--branch",
      paramLabel = "NAME",
      defaultValue = "main",
      description = "The branch to commit to (default: main).")
  String branch = "main";

  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      defaultValue = "Upload folder",
      description = "The message of the commit.")
  String message = "";

  @Override
  public Integer call() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw IngotException.notFound("there is no folder " + folder + " to upload");
    }
    List<Hub.Upload> uploads = uploads();
    RepoId id = dataset ? RepoId.dataset(repository) : RepoId.model(repository);
    try (HubClient hub = HubClient.of(environment())) {
      hub.create(id, !isPublic);
      String commit =
          hub.commit(
              id, branch, Optional.empty(), message, uploads, List.of(), console().progress());
      if (json()) {
        console().result(Map.of("repo", id.name(), "branch", branch, "commit", commit));
      } else {
        console().result(commit);
      }
    }
    return 0;
  }

  /** Files of the folder, without hidden folders such as .git and .cache. */
  private List<Hub.Upload> uploads() throws IOException {
    List<Hub.Upload> uploads = new ArrayList<>();
    Path root = folder.toRealPath();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        String path = root.relativize(file).toString().replace('\\', '/');
        if (!path.matches("(?:.*/)?\\.[^/]*/.*")) {
          uploads.add(new Hub.Upload(path, file));
        }
      }
    }
    if (uploads.isEmpty()) {
      throw IngotException.invalid("the folder " + folder + " holds no files to upload");
    }
    return uploads;
  }
}

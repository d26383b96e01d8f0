package io.ingot.step.pull;

import io.ingot.hub.FileNames;
import io.ingot.hub.Hub;
import io.ingot.hub.RepoFile;
import io.ingot.hub.RepoId;
import io.ingot.hub.RepoInfo;
import io.ingot.hub.WeightFiles;
import io.ingot.step.Parameters;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Pulls a model or dataset. The artifact holds symbolic links to the real files in the shared cache
 * or the given folder; where the disk has no links, copies.
 */
public final class PullStep implements Step {
  @Override
  public String kind() {
    return "pull";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public StepOutcome run(StepContext context) throws IOException, InterruptedException {
    PullParameters parameters = Parameters.decode(context.parameters(), PullParameters.class);
    return parameters.isFromHub() ? fromHub(context, parameters) : fromFolder(context);
  }

  private static StepOutcome fromHub(StepContext context, PullParameters parameters)
      throws IOException, InterruptedException {
    Hub hub = context.hub();
    RepoId repo = parameters.repository();
    String commit = parameters.commit() == null ? "main" : parameters.commit();
    RepoInfo info = hub.info(repo, commit);
    WeightFiles files = WeightFiles.of(info);
    refuseRemoteCode(hub, info);
    context.checkCancelled();
    Set<String> wanted = new HashSet<>();
    files.wanted().forEach(f -> wanted.add(f.path()));
    if (!files.note().isEmpty()) {
      context.progress().note(files.note());
    }
    Path snapshot = hub.download(info, f -> wanted.contains(f.path()), context.progress());
    context.checkCancelled();
    long bytes = 0;
    for (RepoFile file : files.wanted()) {
      link(context.output(), file.path(), snapshot.resolve(file.path()));
      bytes += file.size();
    }
    return StepOutcome.done(
        String.format(
            Locale.ROOT,
            "%s@%s, %d files, %.1f MB",
            repo.name(),
            info.commit().substring(0, 7),
            wanted.size(),
            bytes / 1e6));
  }

  private static StepOutcome fromFolder(StepContext context) throws IOException {
    Path folder = context.input("source").path();
    TreeMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder, java.nio.file.FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        String path = folder.relativize(file).toString().replace('\\', '/');
        if (!path.startsWith(".") && !path.contains("/.")) {
          files.put(path, file);
        }
      }
    }
    List<String> pickles = files.keySet().stream().filter(WeightFiles::isPickle).toList();
    List<String> others = files.keySet().stream().filter(p -> !WeightFiles.isPickle(p)).toList();
    WeightFiles.refusePicklesOnly("the folder " + folder, others, pickles);
    if (!pickles.isEmpty()) {
      context.progress().note("skipped pickle files: " + String.join(", ", pickles));
    }
    FileNames.check(others, "the folder " + folder);
    Path config = files.get("config.json");
    if (config != null) {
      RemoteCode.refuse(config, "the folder " + folder);
    }
    pickles.forEach(files::remove);
    for (Map.Entry<String, Path> file : files.entrySet()) {
      link(context.output(), file.getKey(), file.getValue());
    }
    return StepOutcome.done(folder.getFileName() + ", " + others.size() + " files");
  }

  /** The small files are looked at before the large ones are downloaded. */
  private static void refuseRemoteCode(Hub hub, RepoInfo info) {
    if (info.id().type() == RepoId.Type.MODEL) {
      hub.file(info, "config.json")
          .ifPresent(config -> RemoteCode.refuse(config, "repository '" + info.id().name() + "'"));
    }
  }

  private static void link(Path output, String path, Path target) throws IOException {
    Path link = FileNames.below(output, path);
    Files.createDirectories(link.getParent());
    Path real = target.toRealPath();
    try {
      Files.createSymbolicLink(link, real);
    } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
      Files.copy(real, link);
    }
  }
}

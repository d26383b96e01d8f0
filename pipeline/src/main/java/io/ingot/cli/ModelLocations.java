package io.ingot.cli;

import io.ingot.adapter.AdaptedModel;
import io.ingot.error.IngotException;
import io.ingot.hub.HubClient;
import io.ingot.hub.RepoFile;
import io.ingot.hub.RepoId;
import io.ingot.hub.RepoInfo;
import io.ingot.hub.WeightFiles;
import io.ingot.merge.ModelResolver;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.BoundedJson;
import io.ingot.model.Model;
import io.ingot.model.ModelFolder;
import io.ingot.progress.Progress;
import io.ingot.step.ModelOpener;
import io.ingot.step.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds models as mergekit does: a path that exists is used as it is, anything else is a repository
 * of the Hub. A folder with an adapter alone stands for its base with the adapter.
 */
final class ModelLocations implements ModelResolver {
  private final Map<String, String> environment;
  private final Progress progress;
  private final boolean acceptRemoteCode;
  private final long mostDownloaded;
  private final SequencedMap<String, Location> found = new LinkedHashMap<>();

  /**
   * @param environment where the settings of the Hub are read
   * @param acceptRemoteCode whether models may bring code, which is ignored
   */
  ModelLocations(Map<String, String> environment, Progress progress, boolean acceptRemoteCode) {
    this(environment, progress, acceptRemoteCode, Long.MAX_VALUE);
  }

  /**
   * @param mostDownloaded bytes of a model beyond which it is not downloaded, but said to be
   *     missing
   */
  ModelLocations(
      Map<String, String> environment,
      Progress progress,
      boolean acceptRemoteCode,
      long mostDownloaded) {
    this.mostDownloaded = mostDownloaded;
    this.environment = environment;
    this.progress = progress;
    this.acceptRemoteCode = acceptRemoteCode;
  }

  /**
   * Where a model or adapter was found.
   *
   * @param reference as it was given, without adapter
   * @param commit of a repository; empty for a folder
   * @param path a folder, or a GGUF file
   */
  record Location(String reference, Optional<String> commit, Path path) {}

  /** Everything that was located so far, bases of adapters included, in that order. */
  List<Location> found() {
    return List.copyOf(found.values());
  }

  private Path found(ModelRef reference, Optional<String> commit, Path path) {
    found.putIfAbsent(place(reference), new Location(reference.path(), commit, path));
    return path;
  }

  private static String place(ModelRef reference) {
    return reference.path() + reference.revision().map(r -> "@" + r).orElse("");
  }

  @Override
  public Model open(ModelRef reference) {
    Model model = openFolder(locate(reference.withoutLora()), List.of());
    return reference.lora().isPresent()
        ? AdaptedModel.open(model, locate(reference.lora().get()))
        : model;
  }

  /**
   * @param adapters those whose base this is, the outermost first
   */
  private Model openFolder(Path path, List<Path> adapters) {
    if (Files.isRegularFile(path)) {
      if (path.toString().endsWith(".gguf")) {
        return ModelOpener.open(new ModelSource.Gguf(path));
      }
      throw IngotException.invalid(path + " is a file; a model folder was expected");
    }
    boolean adapter =
        Files.exists(path.resolve("adapter_config.json"))
            && !Files.exists(path.resolve("config.json"));
    if (!adapter) {
      return ModelFolder.open(path, acceptRemoteCode);
    }
    String base =
        BoundedJson.read(path.resolve("adapter_config.json"))
            .path("base_model_name_or_path")
            .asText("");
    if (base.isEmpty()) {
      throw IngotException.invalid(
          path + " is an adapter that does not name its base; write BASE+" + path);
    }
    List<Path> chain = new ArrayList<>(adapters);
    chain.add(path);
    if (adapters.stream().anyMatch(a -> sameFolder(a, path))) {
      throw IngotException.invalid(
          "adapters name each other as their base (base_model_name_or_path): "
              + chain.stream().map(Path::toString).collect(Collectors.joining(" -> "))
              + "; write BASE+"
              + path);
    }
    return AdaptedModel.open(openFolder(locate(ModelRef.of(base)), chain), path);
  }

  private static boolean sameFolder(Path a, Path b) {
    try {
      return Files.isSameFile(a, b);
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + b + ": " + e.getMessage());
    }
  }

  private void requireFew(ModelRef reference, HubClient hub, RepoInfo info, WeightFiles files) {
    long missing =
        files.wanted().stream()
            .filter(f -> hub.cached(info, f.path()).isEmpty())
            .mapToLong(RepoFile::size)
            .sum();
    if (missing > mostDownloaded) {
      throw IngotException.notFound(
          "%s of it are not downloaded yet, and nothing is downloaded only to look at it; 'ingot pull %s' does"
              .formatted(MergeSizes.bytes(missing), place(reference)));
    }
  }

  private static Path path(ModelRef reference) {
    try {
      return Path.of(reference.path());
    } catch (InvalidPathException e) {
      throw IngotException.invalid("'" + reference.path() + "' is no path: " + e.getReason());
    }
  }

  /** A model as the command line names it: a path that exists, else {@code path@rev+lora}. */
  static ModelRef reference(String text) {
    return Files.exists(Path.of(text)) ? ModelRef.of(text) : ModelRef.parse(text);
  }

  /** The folder of a reference, downloaded when it is a repository. */
  Path locate(ModelRef reference) {
    Location known = found.get(place(reference));
    if (known != null) {
      return known.path();
    }
    Path path = path(reference);
    if (Files.exists(path)) {
      return found(reference, Optional.empty(), path);
    }
    if (!reference.path().matches("[A-Za-z0-9_][\\w.-]*(/[A-Za-z0-9_][\\w.-]*)?")) {
      throw IngotException.notFound("there is no model folder '" + reference.path() + "'");
    }
    RepoId id = RepoId.model(reference.path());
    try (HubClient hub = HubClient.of(environment)) {
      RepoInfo info = hub.info(id, reference.revision().orElse("main"));
      WeightFiles files = WeightFiles.of(info);
      Set<String> wanted = new HashSet<>();
      files.wanted().forEach(f -> wanted.add(f.path()));
      requireFew(reference, hub, info, files);
      Path snapshot = hub.download(info, f -> wanted.contains(f.path()), progress);
      return found(reference, Optional.of(info.commit()), snapshot);
    } catch (IngotException e) {
      throw new IngotException(
          e.kind(),
          "there is no folder '%s', and as a repository of the Hub: %s"
              .formatted(reference.path(), e.getMessage()),
          e);
    }
  }
}

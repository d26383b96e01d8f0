package io.ingot.cli;

import io.ingot.adapter.AdaptedModel;
import io.ingot.error.IngotException;
import io.ingot.hub.HubClient;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Finds models as mergekit does: a path that exists is used as it is, anything else is a repository
 * of the Hub. A folder with an adapter alone stands for its base with the adapter.
 */
record ModelLocations(Map<String, String> environment, Progress progress, boolean acceptRemoteCode)
    implements ModelResolver {

  @Override
  public Model open(ModelRef reference) {
    Model model = openFolder(locate(reference.withoutLora()));
    return reference.lora().isPresent()
        ? AdaptedModel.open(model, locate(reference.lora().get()))
        : model;
  }

  private Model openFolder(Path path) {
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
    return AdaptedModel.open(openFolder(locate(ModelRef.of(base))), path);
  }

  /** The folder of a reference, downloaded when it is a repository. */
  Path locate(ModelRef reference) {
    Path path = Path.of(reference.path());
    if (Files.exists(path)) {
      return path;
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
      return hub.download(info, f -> wanted.contains(f.path()), progress);
    } catch (IngotException e) {
      throw new IngotException(
          e.kind(),
          "there is no folder '%s', and as a repository of the Hub: %s"
              .formatted(reference.path(), e.getMessage()),
          e);
    }
  }
}

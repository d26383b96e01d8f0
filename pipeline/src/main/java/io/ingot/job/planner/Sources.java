package io.ingot.job.planner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.hub.RepoFile;
import io.ingot.hub.RepoId;
import io.ingot.hub.RepoInfo;
import io.ingot.hub.WeightFiles;
import io.ingot.job.DatasetEntry;
import io.ingot.job.JobSpec;
import io.ingot.job.ModelEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/** Fixes models and datasets to contents. Small files of a repository are downloaded for it. */
final class Sources {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SMALL = 32 << 20;

  private final JobSpec job;
  private final Hub hub;
  private final SequencedMap<String, PinnedModel> models = new LinkedHashMap<>();
  private final SequencedMap<String, PinnedDataset> datasets = new LinkedHashMap<>();

  Sources(JobSpec job, Hub hub) {
    this.job = job;
    this.hub = hub;
  }

  SequencedMap<String, PinnedModel> models() {
    return models;
  }

  SequencedMap<String, PinnedDataset> datasets() {
    return datasets;
  }

  /** The model of this name: one of the job, or a folder or repository that a recipe names. */
  PinnedModel model(String name) {
    PinnedModel known = models.get(name);
    if (known == null) {
      ModelEntry entry = job.models().get(name);
      known = pin(name, entry == null ? foreign(name) : entry);
      models.put(name, known);
    }
    return known;
  }

  private ModelEntry foreign(String text) {
    String[] parts = text.split("@", 2);
    return MergeSource.isFolder(job, parts[0])
        ? new ModelEntry(null, null, parts[0])
        : new ModelEntry(parts[0], parts.length > 1 ? parts[1] : null, null);
  }

  private PinnedModel pin(String name, ModelEntry entry) {
    if (entry.path() != null) {
      Path folder = job.resolve(entry.path());
      Map<String, Long> sizes = new LinkedHashMap<>();
      for (Path file : Digests.files(folder)) {
        sizes.put(folder.relativize(file).toString().replace('\\', '/'), size(file));
      }
      return pinned(
          name,
          Optional.empty(),
          Optional.of(folder),
          sizes,
          file -> Optional.of(folder.resolve(file)).filter(Files::isRegularFile));
    }
    String repo = String.valueOf(entry.hub());
    RepoInfo info =
        hub.info(RepoId.model(repo), entry.revision() == null ? "main" : entry.revision());
    WeightFiles.of(info); // refuses a repository with pickles only
    Map<String, Long> sizes = new LinkedHashMap<>();
    info.files().forEach(file -> sizes.put(file.path(), file.size()));
    return pinned(
        name,
        Optional.of(info),
        Optional.empty(),
        sizes,
        file -> sizes.containsKey(file) ? hub.file(info, file) : Optional.empty());
  }

  private PinnedModel pinned(
      String name,
      Optional<RepoInfo> repo,
      Optional<Path> folder,
      Map<String, Long> sizes,
      Function<String, Optional<Path>> files) {
    boolean adapter = sizes.containsKey("adapter_config.json") && !sizes.containsKey("config.json");
    JsonNode config = json(files, adapter ? "adapter_config.json" : "config.json");
    if (config.isMissingNode()) {
      throw IngotException.invalid(
          job.place("models." + name)
              + ": error: models."
              + name
              + ": "
              + repo.map(info -> info.id().name()).or(() -> folder.map(Path::toString)).orElse(name)
              + " is no model: it has neither config.json nor adapter_config.json");
    }
    if (config.hasNonNull("auto_map")) {
      throw IngotException.blocked(
          job.place("models." + name)
              + ": error: models."
              + name
              + ": "
              + repo.map(info -> info.id().name()).or(() -> folder.map(Path::toString)).orElse(name)
              + " asks to run code of its author (auto_map in config.json); remote code is never"
              + " run. Use a model whose architecture is built in");
    }
    return new PinnedModel(
        name,
        repo,
        folder,
        folder.map(Digests::ofFolder),
        config,
        template(files),
        adapter ? Optional.of(baseOf(name, config)) : Optional.empty(),
        sizes);
  }

  /** The model of the job with the adapter's base, or that base as a repository. */
  private String baseOf(String name, JsonNode config) {
    String base = config.path("base_model_name_or_path").asText("");
    for (Map.Entry<String, ModelEntry> entry : job.models().entrySet()) {
      if (base.equals(entry.getValue().hub()) || entry.getKey().equals(base)) {
        return entry.getKey();
      }
    }
    if (!MergeSource.isRepository(base)) {
      throw IngotException.invalid(
          job.place("models." + name)
              + ": error: models."
              + name
              + ": is an adapter over '"
              + base
              + "', which is no model of this job; add that base"
              + " to 'models' under the name '"
              + base
              + "' or from the repository it names");
    }
    return base;
  }

  private static Optional<String> template(Function<String, Optional<Path>> files) {
    Optional<Path> file = files.apply("chat_template.jinja");
    if (file.isPresent()) {
      return file.map(Sources::text);
    }
    JsonNode template = json(files, "tokenizer_config.json").path("chat_template");
    return template.isMissingNode() || template.isNull()
        ? Optional.empty()
        : Optional.of(template.isTextual() ? template.textValue() : template.toString());
  }

  private static JsonNode json(Function<String, Optional<Path>> files, String name) {
    Optional<Path> file = files.apply(name);
    if (file.isEmpty()) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(text(file.get()));
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(file.get() + " is no JSON: " + e.getOriginalMessage());
    }
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > SMALL) {
        throw IngotException.invalid(file + " is larger than 32 MiB, which no such file is");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new IngotException(ErrorKind.FAILED, "cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new IngotException(ErrorKind.FAILED, "cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** The dataset of this name. */
  PinnedDataset dataset(String name) {
    PinnedDataset known = datasets.get(name);
    if (known == null) {
      DatasetEntry entry = job.datasets().get(name);
      if (entry == null) {
        throw new IllegalArgumentException("no dataset " + name);
      }
      known = entry.path() != null ? local(name, entry, entry.path()) : remote(name, entry);
      datasets.put(name, known);
    }
    return known;
  }

  private PinnedDataset local(String name, DatasetEntry entry, String path) {
    Path file = job.resolve(path);
    DatasetFile look = DatasetFile.look(file, entry.format(), name);
    return new PinnedDataset(
        name,
        file,
        Digests.of(file),
        look.format(),
        look.rows(),
        size(file),
        Optional.empty(),
        Optional.empty());
  }

  private PinnedDataset remote(String name, DatasetEntry entry) {
    String repo = String.valueOf(entry.hub());
    RepoInfo info =
        hub.info(RepoId.dataset(repo), entry.revision() == null ? "main" : entry.revision());
    String split = entry.split() == null ? "train" : entry.split();
    String path =
        DatasetSplit.file(info.files().stream().map(RepoFile::path).toList(), split, repo);
    Path file =
        hub.file(info, path)
            .orElseThrow(() -> IngotException.notFound(repo + " has no file " + path));
    DatasetFile look = DatasetFile.look(file, entry.format(), name);
    return new PinnedDataset(
        name,
        file,
        Digests.of(file),
        look.format(),
        look.rows(),
        size(file),
        Optional.of(info),
        Optional.of(split));
  }
}

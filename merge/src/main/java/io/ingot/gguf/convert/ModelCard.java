package io.ingot.gguf.convert;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** The front matter of README.md, read as YAML 1.1, and what it says for the metadata. */
final class ModelCard {
  private static final Pattern HUB_URL = Pattern.compile("https?://huggingface.co/([^/]+/[^/]+)");

  private final Map<?, ?> values;

  private ModelCard(Map<?, ?> values) {
    this.values = values;
  }

  /** Reads a card; one without front matter, or none at all, says nothing. */
  static ModelCard read(Path file) {
    if (!Files.isRegularFile(file)) {
      return new ModelCard(Map.of());
    }
    String content;
    try {
      content = new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw IngotException.failed(file + ": cannot be read: " + e.getMessage());
    }
    String[] lines = content.split("\r\n|\r|\n", -1);
    if (!lines[0].equals("---")) {
      return new ModelCard(Map.of());
    }
    StringBuilder front = new StringBuilder();
    for (int i = 1; i < lines.length && !lines[i].equals("---"); i++) {
      front.append(lines[i]).append('\n');
    }
    // The Norwegian language code must not become a boolean, nor a tab an error.
    String yaml = front.toString().replace("- no\n", "- \"no\"\n").replace("\t", "  ");
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(50);
    options.setNestingDepthLimit(50);
    try {
      Object data = new Yaml(new SafeConstructor(options)).load(yaml);
      return new ModelCard(data instanceof Map<?, ?> map ? map : Map.of());
    } catch (YAMLException e) {
      throw IngotException.invalid(
          file + ": the front matter is no valid YAML: " + e.getMessage() + ". Correct it.");
    }
  }

  /** Offers everything that the card tells. */
  void describe(GeneralMetadata metadata, long totalParameters) {
    for (String key :
        List.of(
            "name",
            "author",
            "version",
            "organization",
            "description",
            "finetune",
            "basename",
            "size_label")) {
      metadata.offer(key, text(key));
    }
    sources(metadata, "");
    for (String key :
        List.of(
            "name",
            "author",
            "version",
            "organization",
            "description",
            "finetune",
            "basename",
            "size_label")) {
      metadata.offer(key, text("model_" + key));
    }
    sources(metadata, "model_");
    metadata.offer("author", text("model_creator"));
    metadata.offer("basename", text("model_type"));
    List<Map<String, String>> bases =
        origins(totalParameters, "base_model", "base_models", "base_model_sources");
    if (bases != null) {
      metadata.setBaseModels(bases);
    }
    List<Map<String, String>> datasets =
        origins(totalParameters, "datasets", "dataset", "dataset_sources");
    if (datasets != null) {
      metadata.setDatasets(datasets);
    }
    metadata.offer("license", license());
    metadata.offer("license.name", text("license_name"));
    metadata.offer("license.link", text("license_link"));
    for (String key : List.of("tags", "pipeline_tag")) {
      if (values.get(key) != null) {
        metadata.addTags(items(values.get(key)));
      }
    }
    for (String key : List.of("languages", "language")) {
      if (values.get(key) != null) {
        metadata.addLanguages(items(values.get(key)));
      }
    }
  }

  private void sources(GeneralMetadata metadata, String prefix) {
    for (String key : List.of("url", "doi", "uuid", "repo_url")) {
      metadata.offer("source." + key, text(prefix + key));
    }
  }

  private @Nullable String license() {
    return values.get("license") instanceof List<?> list
        ? String.join(",", list(list))
        : text("license");
  }

  private @Nullable String text(String key) {
    Object value = values.get(key);
    return value == null ? null : value.toString();
  }

  private static List<Object> items(@Nullable Object value) {
    return value instanceof String
        ? List.of(value)
        : value instanceof List<?> list ? new ArrayList<>(list) : List.of();
  }

  private static List<String> list(@Nullable Object value) {
    List<String> texts = new ArrayList<>();
    if (value instanceof String text) {
      texts.add(text);
    } else if (value instanceof List<?> items) {
      items.forEach(item -> texts.add(String.valueOf(item)));
    }
    return texts;
  }

  private @Nullable List<Map<String, String>> origins(long totalParameters, String... keys) {
    for (String key : keys) {
      if (values.containsKey(key)) {
        List<Map<String, String>> entries = new ArrayList<>();
        Object value = values.get(key);
        List<?> items =
            value instanceof List<?> list
                ? list
                : value instanceof String ? List.of(value) : List.of();
        for (Object item : items) {
          entries.add(origin(item, totalParameters));
        }
        return entries;
      }
    }
    return null;
  }

  private static Map<String, String> origin(@Nullable Object item, long totalParameters) {
    Map<String, String> entry = new LinkedHashMap<>();
    if (item instanceof Map<?, ?> given) {
      given.forEach((key, value) -> entry.put(String.valueOf(key), String.valueOf(value)));
    } else if (item instanceof String id) {
      boolean url =
          id.startsWith("http://") || id.startsWith("https://") || id.startsWith("ssh://");
      if (!url) {
        describe(entry, ModelNameParts.of(id, totalParameters), true);
      } else {
        Matcher hub = HUB_URL.matcher(id);
        if (hub.matches()) {
          describe(entry, ModelNameParts.of(hub.group(1), totalParameters), false);
        }
        entry.put("repo_url", id);
      }
    }
    return entry;
  }

  private static void describe(Map<String, String> entry, ModelNameParts parts, boolean url) {
    parts.titledName().ifPresent(name -> entry.put("name", name));
    parts.titledOrganization().ifPresent(name -> entry.put("organization", name));
    if (parts.version() != null) {
      entry.put("version", parts.version());
    }
    if (url) {
      parts.repositoryUrl().ifPresent(address -> entry.put("repo_url", address));
    }
  }
}

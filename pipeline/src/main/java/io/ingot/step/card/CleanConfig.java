package io.ingot.step.card;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.card.Release;
import io.ingot.model.BoundedJson;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;

/** Configurations that name a folder of this machine get the repository's name in its place. */
final class CleanConfig {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CleanConfig() {}

  static void rewrite(
      Release release, CardParameters parameters, SortedMap<String, String> documents) {
    Optional<String> base =
        ReleaseFacts.sorted(parameters.models()).values().stream()
            .map(CardParameters.ModelFact::repo)
            .filter(Objects::nonNull)
            .findFirst();
    for (Map.Entry<String, Release.Source> file : release.files().entrySet()) {
      String name = file.getValue().path();
      if (name.equals("adapter_config.json")) {
        rewrite(file, "base_model_name_or_path", base, documents);
      } else if (name.equals("config.json")) {
        rewrite(file, "_name_or_path", Optional.empty(), documents);
      } else if (name.equals("tokenizer_config.json")) {
        rewrite(file, "name_or_path", Optional.empty(), documents);
      }
    }
  }

  private static void rewrite(
      Map.Entry<String, Release.Source> file,
      String key,
      Optional<String> value,
      SortedMap<String, String> documents) {
    ObjectNode config = BoundedJson.read(file.getValue().file());
    String now = config.path(key).asText("");
    boolean local =
        now.startsWith("/")
            || now.startsWith(".")
            || now.startsWith("~")
            || now.contains("\\")
            || now.chars().filter(c -> c == '/').count() > 1;
    boolean wanted = value.isPresent() && !now.equals(value.get()) && key.startsWith("base_model");
    if (!local && !wanted) {
      return;
    }
    if (value.isPresent()) {
      config.put(key, value.get());
    } else {
      config.remove(key);
    }
    try {
      documents.put(
          file.getKey(), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}

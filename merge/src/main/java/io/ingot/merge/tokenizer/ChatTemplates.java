package io.ingot.merge.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.model.BoundedJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Chat templates by name, by vote, or as written in a recipe. */
public final class ChatTemplates {
  private static final List<String> NAMES =
      List.of("alpaca", "chatml", "exaone", "llama3", "mistral");

  private ChatTemplates() {}

  /**
   * The template that a recipe asks for.
   *
   * @param setting {@code auto}, a name, or Jinja text
   * @param folders of the models, for {@code auto}
   * @return empty when {@code auto} finds none
   */
  public static Optional<String> resolve(String setting, List<Path> folders) {
    if (setting.equals("auto")) {
      return mostFrequent(folders);
    }
    if (NAMES.contains(setting)) {
      return Optional.of(builtIn(setting));
    }
    if (setting.length() < 20 || !setting.contains("{")) {
      throw IngotException.invalid(
          "chat_template '%s' is neither 'auto', a name (%s), nor Jinja text"
              .formatted(setting, String.join(", ", NAMES)));
    }
    return Optional.of(setting);
  }

  private static Optional<String> mostFrequent(List<Path> folders) {
    Map<String, Integer> votes = new LinkedHashMap<>();
    for (Path folder : folders) {
      of(folder).ifPresent(t -> votes.merge(t.strip(), 1, Integer::sum));
    }
    int most = votes.values().stream().mapToInt(v -> v).max().orElse(0);
    return votes.entrySet().stream()
        .filter(v -> v.getValue() == most)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** The template of a model folder: its own file, else the one in tokenizer_config.json. */
  public static Optional<String> of(Path folder) {
    Path file = folder.resolve("chat_template.jinja");
    try {
      if (Files.isRegularFile(file)) {
        return Optional.of(Files.readString(file));
      }
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + file + ": " + e.getMessage());
    }
    Path config = folder.resolve("tokenizer_config.json");
    if (!Files.isRegularFile(config)) {
      return Optional.empty();
    }
    JsonNode template = BoundedJson.read(config).path("chat_template");
    if (template.isTextual()) {
      return Optional.of(template.asText());
    }
    for (JsonNode named : template) {
      if (named.path("name").asText().equals("default")) {
        return Optional.of(named.path("template").asText());
      }
    }
    return Optional.empty();
  }

  private static String builtIn(String name) {
    try (java.io.InputStream in =
        ChatTemplates.class.getResourceAsStream("chat/" + name + ".jinja")) {
      if (in == null) {
        throw new IllegalStateException("no template " + name);
      }
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The chat templates of a folder, by name; the one without a name is {@code default}. */
final class ChatTemplates {
  private static final String KEY = "tokenizer.chat_template";

  private ChatTemplates() {}

  /** Writes what the folder has; nothing without a tokenizer_config.json, as the reference does. */
  static void write(Path folder, KeyValues out) {
    Optional<ObjectNode> config = JsonFile.find(folder.resolve("tokenizer_config.json"));
    if (config.isEmpty() || config.get().isEmpty()) {
      return;
    }
    JsonNode given = config.get().get("chat_template");
    if (given == null) {
      fromFiles(folder, out);
    } else if (given.isTextual()) {
      out.text(KEY, given.asText());
    } else if (given.isArray()) {
      Map<String, String> named = new LinkedHashMap<>();
      for (JsonNode entry : given) {
        if (entry.path("template").isTextual()) {
          named.put(entry.path("name").asText(), entry.path("template").asText());
        }
      }
      writeNamed(named, out);
    }
  }

  private static void fromFiles(Path folder, KeyValues out) {
    Path jinja = folder.resolve("chat_template.jinja");
    if (Files.isRegularFile(jinja)) {
      Map<String, String> more = additional(folder.resolve("additional_chat_templates"));
      if (more.isEmpty()) {
        out.text(KEY, text(jinja));
      } else {
        Map<String, String> named = new LinkedHashMap<>();
        named.put("default", text(jinja));
        named.putAll(more);
        writeNamed(named, out);
      }
      return;
    }
    JsonFile.find(folder.resolve("chat_template.json"))
        .map(json -> json.path("chat_template"))
        .filter(JsonNode::isTextual)
        .ifPresent(template -> out.text(KEY, template.asText()));
  }

  private static Map<String, String> additional(Path folder) {
    Map<String, String> templates = new TreeMap<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        List<Path> found = files.filter(file -> file.toString().endsWith(".jinja")).toList();
        for (Path file : found) {
          String name = file.getFileName().toString();
          templates.put(name.substring(0, name.length() - ".jinja".length()), text(file));
        }
      } catch (IOException e) {
        throw IngotException.failed(folder + ": cannot be read: " + e.getMessage());
      }
    }
    return templates;
  }

  private static void writeNamed(Map<String, String> templates, KeyValues out) {
    Map<String, String> named = new TreeMap<>();
    String standard = null;
    for (Map.Entry<String, String> entry : templates.entrySet()) {
      String name = entry.getKey().replaceAll("[^A-Za-z0-9]", "_");
      if (name.equals("default")) {
        standard = entry.getValue();
      } else if (!name.isEmpty()) {
        named.put(name, entry.getValue());
      }
    }
    named.forEach((name, template) -> out.text(KEY + "." + name, template));
    out.texts("tokenizer.chat_templates", List.copyOf(named.keySet()));
    if (standard != null) {
      out.text(KEY, standard);
    }
  }

  /** The text of a file with line ends as Python reads them. */
  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8)
          .replace("\r\n", "\n")
          .replace('\r', '\n');
    } catch (IOException e) {
      throw IngotException.invalid(file + ": cannot be read as UTF-8: " + e.getMessage());
    }
  }
}

package io.ingot.train.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * The companion files of tokenizer.json: tokenizer_config.json, special_tokens_map.json, and chat
 * templates wherever they lie.
 *
 * @param specialTokens {@code bos_token}, {@code eos_token}... to their text; what templates see
 * @param chatTemplates templates by name, the usual one under {@code default}
 * @param declared added tokens of {@code added_tokens_decoder}, which tokenizer.json may lack
 */
record TokenizerConfig(
    SequencedMap<String, String> specialTokens,
    SequencedMap<String, String> chatTemplates,
    List<JsonNode> declared) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<String> NAMES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  /** Nothing but these special tokens. */
  static TokenizerConfig of(SequencedMap<String, String> specialTokens) {
    return new TokenizerConfig(specialTokens, new LinkedHashMap<>(), List.of());
  }

  static TokenizerConfig read(Path folder) {
    JsonNode config = json(folder.resolve("tokenizer_config.json"));
    JsonNode map = json(folder.resolve("special_tokens_map.json"));
    SequencedMap<String, String> tokens = new LinkedHashMap<>();
    for (String name : NAMES) {
      String text = text(config.path(name));
      if (text.isEmpty() && !config.has(name)) {
        text = text(map.path(name));
      }
      if (!text.isEmpty()) {
        tokens.put(name, text);
      }
    }
    return new TokenizerConfig(tokens, templates(folder, config), declared(config));
  }

  /** A special token is a string or an object with {@code content}. */
  private static String text(JsonNode token) {
    return token.isTextual() ? token.textValue() : token.path("content").asText("");
  }

  /**
   * Later places win, as in transformers: tokenizer_config.json, chat_template.json,
   * chat_template.jinja, additional_chat_templates/NAME.jinja.
   */
  private static SequencedMap<String, String> templates(Path folder, JsonNode config) {
    SequencedMap<String, String> templates = new LinkedHashMap<>();
    add(templates, config.path("chat_template"));
    add(templates, json(folder.resolve("chat_template.json")).path("chat_template"));
    Path file = folder.resolve("chat_template.jinja");
    if (Files.isRegularFile(file)) {
      templates.put("default", read(file, "the chat template"));
    }
    Path more = folder.resolve("additional_chat_templates");
    if (Files.isDirectory(more)) {
      try (Stream<Path> files = Files.list(more)) {
        for (Path each : files.filter(f -> f.toString().endsWith(".jinja")).sorted().toList()) {
          String name = each.getFileName().toString();
          templates.put(
              name.substring(0, name.length() - ".jinja".length()), read(each, "the template"));
        }
      } catch (IOException e) {
        throw IngotException.failed("cannot list " + more + ": " + e.getMessage());
      }
    }
    return templates;
  }

  /** One template, or a list of {@code {name, template}}. */
  private static void add(Map<String, String> templates, JsonNode value) {
    if (value.isTextual()) {
      templates.put("default", value.textValue());
    }
    for (JsonNode named : value) {
      templates.put(named.path("name").asText("default"), named.path("template").asText());
    }
  }

  private static List<JsonNode> declared(JsonNode config) {
    return config
        .path("added_tokens_decoder")
        .propertyStream()
        .<JsonNode>map(
            e -> {
              var token = MAPPER.createObjectNode();
              token.put("id", id(e.getKey()));
              for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                token.put(flag, e.getValue().path(flag).asBoolean());
              }
              token.put("content", e.getValue().path("content").asText());
              token.put("special", e.getValue().path("special").asBoolean());
              return token;
            })
        .filter(t -> t.path("id").asInt() >= 0)
        .toList();
  }

  private static int id(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static JsonNode json(Path file) {
    if (!Files.isRegularFile(file)) {
      return MAPPER.missingNode();
    }
    try {
      return MAPPER.readTree(read(file, "the tokenizer's configuration"));
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(
          file + ":" + e.getLocation().getLineNr() + ": no valid JSON: " + e.getOriginalMessage());
    }
  }

  private static String read(Path file, String what) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw IngotException.invalid("cannot read " + what + " " + file + ": " + e);
    }
  }
}

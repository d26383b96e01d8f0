package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** The vocabulary of a tokenizer.json (or vocab.json) with its added tokens. */
final class TokenizerFile {
  /**
   * An added token.
   *
   * @param normalized whether text around it is normalized before it is looked for
   */
  record Added(int id, String content, boolean special, boolean normalized) {}

  private final ObjectNode json;
  private final Map<Integer, String> tokens = new HashMap<>();
  private final Map<Integer, Added> added = new HashMap<>();
  private int base;

  private TokenizerFile(ObjectNode json) {
    this.json = json;
  }

  static Optional<TokenizerFile> find(Path folder) {
    Path file = folder.resolve("tokenizer.json");
    Optional<ObjectNode> json = JsonFile.find(file);
    if (json.isEmpty()) {
      return Optional.empty();
    }
    TokenizerFile read = new TokenizerFile(json.get());
    JsonNode vocabulary = json.get().path("model").path("vocab");
    vocabulary
        .properties()
        .forEach(token -> read.tokens.put(token.getValue().intValue(), token.getKey()));
    read.base = vocabulary.size();
    for (JsonNode token : json.get().path("added_tokens")) {
      read.add(file, token.path("id").asInt(-1), token);
    }
    // The slow files may name tokens that the fast one lacks.
    JsonFile.find(folder.resolve("tokenizer_config.json"))
        .ifPresent(
            config ->
                config
                    .path("added_tokens_decoder")
                    .properties()
                    .forEach(
                        token -> {
                          int id = Integer.parseInt(token.getKey());
                          if (!read.added.containsKey(id)) {
                            read.add(file, id, token.getValue());
                          }
                        }));
    namedSpecials(folder).forEach(read::addSpecial);
    return Optional.of(read);
  }

  /** A token that is named is special; one that is not listed gets its place in the model. */
  private void addSpecial(String content) {
    for (Added token : added.values()) {
      if (token.content().equals(content)) {
        added.put(token.id(), new Added(token.id(), content, true, token.normalized()));
        return;
      }
    }
    JsonNode known = model().path("vocab").path(content);
    int largest = added.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
    int id = known.isInt() ? known.intValue() : Math.max(base, largest + 1);
    tokens.put(id, content);
    added.put(id, new Added(id, content, true, false));
  }

  private void add(Path file, int id, JsonNode token) {
    if (id < 0) {
      throw IngotException.invalid(file + ": an added token has no valid id: " + token);
    }
    String content = token.path("content").asText();
    boolean special = token.path("special").asBoolean();
    tokens.put(id, content);
    added.put(id, new Added(id, content, special, token.path("normalized").asBoolean(!special)));
  }

  ObjectNode json() {
    return json;
  }

  Map<Integer, String> tokens() {
    return tokens;
  }

  Map<Integer, Added> added() {
    return added;
  }

  /** Number of tokens of the model itself. */
  int baseSize() {
    return base;
  }

  int largestId() {
    return tokens.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
  }

  JsonNode model() {
    return json.path("model");
  }

  boolean isBpe() {
    // Old files leave the type out.
    return model().path("type").asText("BPE").equals("BPE");
  }

  /** The special tokens that the configuration names, in the order of transformers. */
  static Set<String> namedSpecials(Path folder) {
    Set<String> named = new LinkedHashSet<>();
    Optional<ObjectNode> file = JsonFile.find(folder.resolve("tokenizer_config.json"));
    if (file.map(json -> !json.has("added_tokens_decoder")).orElse(true)) {
      // Older folders keep some of them in a file of their own.
      ObjectNode merged = file.orElseGet(JsonNodeFactory.instance::objectNode);
      JsonFile.find(folder.resolve("special_tokens_map.json"))
          .ifPresent(
              map ->
                  map.properties()
                      .forEach(
                          entry -> {
                            if (!merged.has(entry.getKey())) {
                              merged.set(entry.getKey(), entry.getValue());
                            }
                          }));
      file = Optional.of(merged);
    }
    file.ifPresent(
        config -> {
          for (String kind : new String[] {"bos", "eos", "unk", "sep", "pad", "cls", "mask"}) {
            JsonNode token = config.path(kind + "_token");
            if (token.isTextual()) {
              named.add(token.asText());
            } else if (token.path("content").isTextual()) {
              named.add(token.path("content").asText());
            }
          }
          config
              .path("additional_special_tokens")
              .forEach(
                  token ->
                      named.add(
                          token.isTextual() ? token.asText() : token.path("content").asText()));
        });
    return named;
  }

  /** Tokens that look like {@code <0x0A>} stand for bytes. */
  static boolean isByte(String token) {
    return token.matches("<0x[0-9A-Fa-f]{2}>");
  }

  static int[] numbers(TokenType[] types) {
    return IntStream.range(0, types.length).map(i -> types[i].number()).toArray();
  }

  static float[] constant(int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return values;
  }
}

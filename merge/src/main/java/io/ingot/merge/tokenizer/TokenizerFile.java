package io.ingot.merge.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.model.BoundedJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * tokenizer.json as far as tokens and their ids go.
 *
 * @param json the whole file
 */
public record TokenizerFile(ObjectNode json) {
  /** Ids beyond twice the number of tokens that are believed: gaps that a vocabulary may have. */
  private static final int GAPS = 1 << 16;

  /**
   * Reads the file of a model folder.
   *
   * @throws IngotException INVALID when there is none, it is no JSON, or has an id that no row of
   *     an embedding can have
   */
  public static TokenizerFile read(Path folder) {
    Path file = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      throw IngotException.invalid(
          "merging tokenizers needs tokenizer.json, which is missing in " + folder);
    }
    TokenizerFile read = new TokenizerFile(BoundedJson.read(file));
    read.requireIds(file);
    return read;
  }

  private void requireIds(Path file) {
    JsonNode vocabulary = json.path("model").path("vocab");
    List<ObjectNode> added = addedTokens();
    long most = Math.min(Integer.MAX_VALUE, 2L * (vocabulary.size() + added.size()) + GAPS) - 1;
    if (vocabulary.isObject()) {
      vocabulary.properties().forEach(e -> requireId(file, e.getKey(), e.getValue(), most));
    }
    added.forEach(t -> requireId(file, t.path("content").asText(), t.path("id"), most));
  }

  private static void requireId(Path file, String token, JsonNode id, long most) {
    if (!id.isIntegralNumber() || !id.canConvertToLong() || id.asLong() < 0 || id.asLong() > most) {
      String text = id.isMissingNode() ? "no id" : "the id " + id;
      throw IngotException.invalid(
          "%s gives token '%s' %s; expected a whole number from 0 to %d"
              .formatted(
                  file, token, text.length() > 60 ? text.substring(0, 57) + "..." : text, most));
    }
  }

  /** Ids by token, added tokens included. */
  public Map<String, Integer> ids() {
    Map<String, Integer> ids = new LinkedHashMap<>();
    JsonNode vocabulary = json.path("model").path("vocab");
    if (vocabulary.isArray()) {
      for (int i = 0; i < vocabulary.size(); i++) {
        ids.put(vocabulary.get(i).path(0).asText(), i);
      }
    } else {
      vocabulary.properties().forEach(e -> ids.put(e.getKey(), e.getValue().asInt()));
    }
    addedTokens().forEach(t -> ids.put(t.path("content").asText(), t.path("id").asInt()));
    return ids;
  }

  /** Entries of {@code added_tokens}. */
  public List<ObjectNode> addedTokens() {
    List<ObjectNode> tokens = new ArrayList<>();
    json.path("added_tokens")
        .forEach(
            t -> {
              if (t instanceof ObjectNode object) {
                tokens.add(object);
              }
            });
    return tokens;
  }

  /** A copy without the tokens from this id on, and without merges that need them. */
  TokenizerFile without(int firstId) {
    ObjectNode copy = json.deepCopy();
    Set<String> gone = new HashSet<>();
    if (copy.path("model").path("vocab") instanceof ObjectNode vocabulary) {
      for (Iterator<Map.Entry<String, JsonNode>> it = vocabulary.fields(); it.hasNext(); ) {
        Map.Entry<String, JsonNode> token = it.next();
        if (token.getValue().asInt() >= firstId) {
          gone.add(token.getKey());
          it.remove();
        }
      }
    }
    remove(copy.path("added_tokens"), t -> t.path("id").asInt() >= firstId);
    if (!gone.isEmpty()) {
      remove(copy.path("model").path("merges"), merge -> touches(merge, gone));
    }
    return new TokenizerFile(copy);
  }

  private static boolean touches(JsonNode merge, Set<String> gone) {
    String text = merge.asText();
    int space = text.indexOf(' ');
    String left = merge.isArray() ? merge.path(0).asText() : text.substring(0, Math.max(0, space));
    String right = merge.isArray() ? merge.path(1).asText() : text.substring(space + 1);
    return gone.contains(left) || gone.contains(right) || gone.contains(left + right);
  }

  private static void remove(JsonNode list, java.util.function.Predicate<JsonNode> unwanted) {
    if (list instanceof ArrayNode array) {
      for (int i = array.size() - 1; i >= 0; i--) {
        if (unwanted.test(array.get(i))) {
          array.remove(i);
        }
      }
    }
  }

  /** Adds a token with the settings of another file's entry, or plain ones. */
  void add(String token, int id, @org.jspecify.annotations.Nullable ObjectNode settings) {
    ObjectNode entry =
        settings == null
            ? json.objectNode()
                .put("id", id)
                .put("content", token)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", true)
                .put("special", false)
            : settings.deepCopy().put("id", id);
    if (json.path("added_tokens") instanceof ArrayNode tokens) {
      tokens.add(entry);
    } else {
      json.putArray("added_tokens").add(entry);
    }
  }
}

package io.ingot.train.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Some repositories add tokens in tokenizer_config.json only ({@code added_tokens_decoder});
 * transformers gives them to the tokenizer when it loads, and so must we.
 */
final class DeclaredTokens {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private DeclaredTokens() {}

  /** The same bytes, or a tokenizer.json with the missing tokens appended. */
  static byte[] complete(byte[] tokenizerJson, TokenizerJson json, List<JsonNode> declared) {
    Set<String> known = new HashSet<>();
    json.added().forEach(token -> known.add(token.content()));
    List<JsonNode> missing =
        declared.stream()
            .filter(t -> !t.path("content").asText().isEmpty())
            .filter(t -> !known.contains(t.path("content").asText()))
            .filter(t -> fits(t, json))
            .toList();
    if (missing.isEmpty()) {
      return tokenizerJson;
    }
    try {
      ObjectNode root = (ObjectNode) MAPPER.readTree(tokenizerJson);
      ArrayNode added =
          root.get("added_tokens") instanceof ArrayNode present
              ? present
              : root.putArray("added_tokens");
      missing.forEach(added::add);
      return MAPPER.writeValueAsBytes(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The library numbers new tokens itself; only an id that it would give can be honored. */
  private static boolean fits(JsonNode token, TokenizerJson json) {
    Integer inVocabulary = json.vocabulary().get(token.path("content").asText());
    int id = token.path("id").asInt();
    return inVocabulary != null ? inVocabulary == id : id >= json.size();
  }
}

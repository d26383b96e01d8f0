package io.ingot.merge.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Ids by token of a tokenizer.json, streamed: merges and the rest, which make most of such a file,
 * are skipped.
 */
public final class TokenIds {
  private static final long MAX_BYTES = 200_000_000;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(100)
                  .maxStringLength(50_000_000)
                  .build())
          .build();

  private TokenIds() {}

  /**
   * Reads the file of a model folder.
   *
   * @return empty when there is none
   * @throws IngotException INVALID when it is too large or no JSON
   */
  public static Optional<Map<String, Integer>> read(Path folder) {
    Path file = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    Map<String, Integer> ids = new HashMap<>();
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw IngotException.invalid(file + " has more than " + MAX_BYTES + " bytes");
      }
      try (JsonParser parser = JSON.createParser(file.toFile())) {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String key = parser.currentName();
          parser.nextToken();
          switch (key) {
            case "added_tokens" -> added(parser, ids);
            case "model" -> model(parser, ids);
            default -> parser.skipChildren();
          }
        }
      }
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(file + ": not valid JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + file + ": " + e.getMessage());
    }
    return Optional.of(ids);
  }

  private static void added(JsonParser parser, Map<String, Integer> ids) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      String content = "";
      int id = -1;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        if (key.equals("content") && value == JsonToken.VALUE_STRING) {
          content = parser.getText();
        } else if (key.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
          id = parser.getIntValue();
        } else {
          parser.skipChildren();
        }
      }
      if (id >= 0) {
        ids.put(content, id);
      }
    }
  }

  private static void model(JsonParser parser, Map<String, Integer> ids) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean vocabulary = parser.currentName().equals("vocab");
      JsonToken value = parser.nextToken();
      if (vocabulary && value == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String token = parser.currentName();
          if (parser.nextToken() == JsonToken.VALUE_NUMBER_INT) {
            ids.putIfAbsent(token, parser.getIntValue());
          } else {
            parser.skipChildren();
          }
        }
      } else if (vocabulary && value == JsonToken.START_ARRAY) {
        pairs(parser, ids);
      } else {
        parser.skipChildren();
      }
    }
  }

  /** Tokens with scores, whose places are their ids. */
  private static void pairs(JsonParser parser, Map<String, Integer> ids) throws IOException {
    for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
      if (parser.nextToken() == JsonToken.VALUE_STRING) {
        ids.putIfAbsent(parser.getText(), id);
      }
      while (parser.currentToken() != JsonToken.END_ARRAY && parser.currentToken() != null) {
        parser.nextToken();
        parser.skipChildren();
      }
    }
  }
}

package io.ingot.train.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What tokenizer.json says about its tokens; read in one streaming pass, because such files may
 * hold hundreds of thousands of merges.
 *
 * @param added the added tokens, in order of the file
 * @param vocabulary token text (in the model's own alphabet) to id, without the added tokens
 */
record TokenizerJson(List<AddedToken> added, Map<String, Integer> vocabulary) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * Reads the bytes of a tokenizer.json.
   *
   * @param place what to call the file in errors
   */
  static TokenizerJson read(byte[] json, String place) {
    List<AddedToken> added = new ArrayList<>();
    Map<String, Integer> vocabulary = new HashMap<>();
    try (JsonParser in = new JsonFactory(MAPPER).createParser(json)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw IngotException.invalid(place + ": expected a JSON object");
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String key = in.currentName();
        in.nextToken();
        if (key.equals("added_tokens") && in.currentToken() == JsonToken.START_ARRAY) {
          readAdded(in, added);
        } else if (key.equals("model") && in.currentToken() == JsonToken.START_OBJECT) {
          readModel(in, vocabulary);
        } else {
          in.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(
          place
              + ":"
              + e.getLocation().getLineNr()
              + ":"
              + e.getLocation().getColumnNr()
              + ": no valid JSON: "
              + e.getOriginalMessage());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return new TokenizerJson(List.copyOf(added), vocabulary);
  }

  /** One more than the highest id. */
  int size() {
    int highest = -1;
    for (int id : vocabulary.values()) {
      highest = Math.max(highest, id);
    }
    for (AddedToken token : added) {
      highest = Math.max(highest, token.id());
    }
    return highest + 1;
  }

  private static void readAdded(JsonParser in, List<AddedToken> added) throws IOException {
    JsonNode array = MAPPER.readTree(in);
    for (JsonNode token : array) {
      added.add(
          new AddedToken(
              token.path("id").asInt(-1),
              token.path("content").asText(),
              token.path("special").asBoolean()));
    }
  }

  private static void readModel(JsonParser in, Map<String, Integer> vocabulary) throws IOException {
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String key = in.currentName();
      JsonToken value = in.nextToken();
      if (!key.equals("vocab")) {
        in.skipChildren();
      } else if (value == JsonToken.START_OBJECT) {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
          String token = in.currentName();
          in.nextToken();
          vocabulary.put(token, in.getIntValue());
        }
      } else if (value == JsonToken.START_ARRAY) {
        readScored(in, vocabulary);
      }
    }
  }

  /** Unigram: a list of [token, score]; the id is the place in the list. */
  private static void readScored(JsonParser in, Map<String, Integer> vocabulary)
      throws IOException {
    int id = 0;
    while (in.nextToken() == JsonToken.START_ARRAY) {
      in.nextToken();
      vocabulary.putIfAbsent(in.getText(), id++);
      while (in.nextToken() != JsonToken.END_ARRAY) {
        in.skipChildren();
      }
    }
  }
}

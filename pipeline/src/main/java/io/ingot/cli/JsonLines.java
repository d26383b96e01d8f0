package io.ingot.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.train.data.DatasetFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One JSON object per line, in and out. Written in ASCII, because readers differ on what else ends
 * a line (U+2028, U+0085).
 */
final class JsonLines {
  static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private JsonLines() {}

  static String line(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The objects of a file, one per line; blank lines count for nothing. */
  static List<ObjectNode> read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw IngotException.notFound("there is no file " + file);
    }
    List<ObjectNode> objects = new ArrayList<>();
    String[] lines = DatasetFile.text(file).split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      if (!lines[i].isBlank()) {
        objects.add(object(lines[i], file + ":" + (i + 1)));
      }
    }
    return objects;
  }

  static ObjectNode object(String json, String place) {
    try {
      JsonNode node = MAPPER.readTree(json);
      if (node instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(place + ": no valid JSON: " + e.getOriginalMessage());
    }
    throw IngotException.invalid(place + ": expected a JSON object");
  }
}

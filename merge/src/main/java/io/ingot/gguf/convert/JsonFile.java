package io.ingot.gguf.convert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** JSON companion files of a model: an object at the top, nested at most 200 deep. */
final class JsonFile {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(200)
                      .maxStringLength(1 << 26)
                      .build())
              .build());

  private JsonFile() {}

  /** The object in a file; empty when there is no such file. */
  static Optional<ObjectNode> find(Path file) {
    return Files.isRegularFile(file) ? Optional.of(read(file)) : Optional.empty();
  }

  /** The object in a file that is only advice: empty also when the file is broken. */
  static Optional<ObjectNode> findReadable(Path file) {
    try {
      return find(file);
    } catch (IngotException e) {
      return Optional.empty();
    }
  }

  static ObjectNode read(Path file) {
    try {
      JsonNode node = MAPPER.readTree(file.toFile());
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw IngotException.invalid(file + ": a JSON object was expected");
    } catch (IOException e) {
      throw IngotException.invalid(file + ": no valid JSON: " + e.getMessage());
    }
  }
}

package io.ingot.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads JSON files of a model folder, which are hostile until proven otherwise: bounded in size,
 * depth and length of numbers, without duplicate keys. Accepts NaN and Infinity as Python writes
 * them. Thread-safe.
 */
public final class BoundedJson {
  /** Largest file that is read; tokenizers of large vocabularies take some 35 MB. */
  private static final long MAX_BYTES = 200_000_000;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(100)
                          .maxNumberLength(400)
                          .maxStringLength(50_000_000)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private BoundedJson() {}

  /**
   * Reads a file that must hold one JSON object.
   *
   * @throws IngotException NOT_FOUND, or INVALID with line and column
   */
  public static ObjectNode read(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw IngotException.invalid(
            file + " has " + size + " bytes; at most " + MAX_BYTES + " are read");
      }
      JsonNode node = MAPPER.readTree(Files.readAllBytes(file));
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw IngotException.invalid(file + " does not hold a JSON object");
    } catch (NoSuchFileException e) {
      throw IngotException.notFound(file + " does not exist");
    } catch (JsonProcessingException e) {
      String at =
          e.getLocation() == null
              ? ""
              : ":" + e.getLocation().getLineNr() + ":" + e.getLocation().getColumnNr();
      throw IngotException.invalid(file + at + ": not valid JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + file + ": " + e.getMessage());
    }
  }
}
